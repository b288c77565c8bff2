import * as fc from 'fast-check';

/** Hexadecimal, so that it is found in no text by chance. */
export const secret = fc.stringMatching(/^[0-9a-f]{16}$/);

/** How a character may be written: as it is, percent-encoded once to three times, or as logs and JSON escape it. */
const WAYS: readonly ((character: string) => string)[] = [
  (character) => plain(character),
  (character) => `%${hex(character)}`,
  (character) => `%${hex(character).toUpperCase()}`,
  (character) => `%25${hex(character)}`,
  (character) => `%2525${hex(character).toUpperCase()}`,
  (character) => `%${hex(character).replace(/./g, (digit) => `%${hex(digit)}`)}`,
  (character) => `\\x${hex(character).toUpperCase()}`,
  (character) => `\\u00${hex(character)}`,
  (character) => (character === '/' ? '\\/' : character),
];

const hex = (character: string): string => character.charCodeAt(0).toString(16).padStart(2, '0');

/**
 * A text whose characters are plain or escaped: all in the same way, only one of them, or each in a way of its own; and
 * in upper or lower case.
 */
export const escaped = (text: string): fc.Arbitrary<string> => {
  const way = fc.constantFrom(...WAYS);
  const { length } = text;
  const ways = fc.oneof(
    way.map((one) => Array.from({ length }, () => one)),
    fc
      .tuple(way, fc.nat(length - 1))
      .map(([one, at]) => Array.from({ length }, (_, i) => (i === at ? one : plain))),
    fc.array(way, { minLength: length, maxLength: length }),
  );
  const cases = fc.array(fc.boolean(), { minLength: length, maxLength: length });
  return fc
    .tuple(ways, cases)
    .map(([ways, cases]) =>
      ways
        .map((write, i) => write(cases[i] === true ? text.charAt(i).toUpperCase() : text.charAt(i)))
        .join(''),
    );
};

const plain = (character: string): string => character;

/** Decodes a text until no escape is left. */
export const unescaped = (text: string): string => {
  const decoded = text.replace(/(?:%|\\x|\\u00)([\da-f]{2})|\\(\/)/gi, (_, code?: string, slash?: string) =>
    code === undefined ? (slash as string) : String.fromCharCode(parseInt(code, 16)),
  );
  return decoded === text ? text : unescaped(decoded);
};

/** Encoded `times` times as a query value. */
export const encodedTimes = (text: string, times: number): string =>
  times === 0 ? text : encodedTimes(encodeURIComponent(text), times - 1);

/** Texts of settings that hold a secret: in a URL, wherever the setting has one. */
export const textsWith = (secret: string): readonly string[] => [
  `https://user:${secret}@otel.example.com/otlp`,
  `https://${secret}@otel.example.com`,
  `ftp://user:p%40${secret}%40otel.example.com:port`,
  `https://otel.example.com/otlp?key=${secret}&b=1`,
  `https://otel.example.com/#${secret}`,
  `a,b=https://user:${secret}@otel.example.com/?c=${secret},`,
  `[{"url":"https://user:${secret}@otel.example.com/?key=${secret}"}]`,
];

/** Texts in which a setting that is itself secret is malformed. */
export const malformedWith = (secret: string): readonly string[] => [
  ...textsWith(secret),
  `${secret} ${secret}`,
  `["${secret}"]`,
  `{"clientId":"me","clientSecret":"${secret}"}`,
  `{"x y":"${secret}"}`,
  `{"x":"${secret}`,
];
