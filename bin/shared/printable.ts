// oxlint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Text of others, such as a line of a log, without what a terminal would obey: control characters as `\x1b`, but for tabs and line breaks. */
export const printable = (text: string): string =>
  text.replaceAll(
    CONTROL,
    (character) => String.raw`\x` + character.charCodeAt(0).toString(16).padStart(2, '0'),
  );
