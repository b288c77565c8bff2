/** Replaces a text that shows a secret. */
const REDACTED = '***';
/** So many characters in a row of a longer secret count as the secret. */
const PART_LENGTH = 16;
/** A secret that begins within the excerpt ends, in any of its encodings, within so many characters after it. */
const LOOK_AHEAD = 800;
/** How many encodings around each other are removed. */
const DEPTH = 2;

/**
 * The beginning of a text from the other side on one line, without the secrets: where one stands as it is, `***` stands
 * in its place; where one shows, even in part, in another encoding, `***` is all that is left.
 */
export const redactSecrets = (text: string, secrets: readonly string[], maxLength: number): string => {
  const lines = secrets.map(onOneLine).filter((secret) => secret !== '');
  const plain = lines.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), onOneLine(text));
  const parts = lines.map((secret) => partsOf(comparable(secret)));
  return shows(plain.slice(0, maxLength + LOOK_AHEAD), parts) ? REDACTED : plain.slice(0, maxLength);
};

const onOneLine = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();

/** White space and case do not hide a secret. */
const comparable = (text: string): string => onOneLine(text).replaceAll(' ', '').toLowerCase();

interface Parts {
  readonly length: number;
  readonly texts: ReadonlySet<string>;
}

const partsOf = (text: string): Parts => {
  const length = Math.min(text.length, PART_LENGTH);
  const texts = new Set<string>();
  for (let at = 0; at + length <= text.length; at++) texts.add(text.slice(at, at + length));
  return { length, texts };
};

const shows = (text: string, secrets: readonly Parts[]): boolean => {
  const seen = new Set([text]);
  let texts = [text];
  for (let depth = 0; ; depth++) {
    if (texts.some((text) => secrets.some((secret) => holds(comparable(text), secret)))) return true;
    if (depth === DEPTH) return false;
    texts = texts
      .flatMap((text) => DECODERS.map((decode) => decode(text)))
      .filter((text) => {
        const isNew = !seen.has(text);
        seen.add(text);
        return isNew;
      });
  }
};

const holds = (text: string, { length, texts }: Parts): boolean => {
  for (let at = 0; at + length <= text.length; at++) if (texts.has(text.slice(at, at + length))) return true;
  return false;
};

const fromHex = (digits: string): string => Buffer.from(digits, 'hex').toString('utf8');
const fromCode = (code: number): string => (code <= 0x10_ffff ? String.fromCodePoint(code) : '');
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Each removes one encoding, wherever it occurs in a text. */
const DECODERS: readonly ((text: string) => string)[] = [
  // Form and percent encoding.
  (text) => text.replaceAll('+', ' '),
  (text) => text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => fromHex(run.replaceAll('%', ''))),
  // Escapes of JSON and other languages.
  (text) =>
    text.replaceAll(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gi, (_, unit, byte, character) =>
      character === undefined
        ? String.fromCharCode(parseInt(String(unit ?? byte), 16))
        : (ESCAPES[String(character)] ?? String(character)),
    ),
  // HTML.
  (text) =>
    text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (entity, decimal, hex, name) =>
      name === undefined
        ? fromCode(decimal === undefined ? parseInt(String(hex), 16) : Number(decimal))
        : (NAMED[String(name)] ?? entity),
    ),
  // Hexadecimal and base64, which may stand within a longer run, or on several lines.
  ...[0, 1].map(
    (skipped) => (text: string) => text.replaceAll(/[0-9a-f]{16,}/gi, (run) => fromHex(run.slice(skipped))),
  ),
  (text) => text.replaceAll(/\s+/g, ''),
  ...[0, 1, 2, 3].map(
    (skipped) => (text: string) =>
      text.replaceAll(/[\w+/-]{10,}/g, (run) => Buffer.from(run.slice(skipped), 'base64').toString('utf8')),
  ),
];

const ESCAPES: Readonly<Record<string, string>> = { b: ' ', f: ' ', n: ' ', r: ' ', t: ' ' };
