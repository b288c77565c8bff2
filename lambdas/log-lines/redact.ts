import { type Unescaped, hexByte, unescape } from './unescape.ts';

/** Query parameters that carry credentials or signatures: those of AWS's and Google's signed URLs, and Azure's `sig`. */
const CREDENTIALS = [
  'AWSAccessKeyId',
  'Signature',
  'sig',
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'X-Goog-Signature',
];

/** Bytes of which a secret has at least one, as it is or escaped. */
export const TRIGGERS = /[=@%\\]/g;

export interface Redactor {
  /**
   * Whether this byte, one of `TRIGGERS`, means that its text needs `redact`: `=` after the name of a secret, `@`, or
   * an escape that may hide a part of either.
   */
  readonly isSuspect: (bytes: Uint8Array, at: number) => boolean;
  /**
   * The text with each secret replaced by REDACTED, or the very same array if there is none. A secret is
   * - the value of a query parameter of these names, up to the next space, tab, quote, `&` or `#` that is not
   *   percent-encoded. A `;` or `?` begins a parameter but ends none: on doubt the whole value is secret;
   * - the userinfo of a URL: `//user:password@` (RFC 3986, section 3.2).
   * They are found however much of them is escaped, and however often, so also in a URL that is the value of another
   * parameter. This holds for the lines of every log, JSON included: no escape is cut in two.
   * @param isCut the end of the text is missing, so that a userinfo may have lost its `@`
   */
  readonly redact: (text: Buffer, isCut?: boolean) => Buffer;
}

/** Names count without regard to case. @param moreNames query parameters beside those that carry credentials */
export const redactor = (moreNames: readonly string[]): Redactor => {
  // The longest first: `X-Amz-Signature` ends with `Signature`.
  const names = [...CREDENTIALS, ...moreNames].map(plainName).sort((a, b) => b.length - a.length);
  const byLast = Array.from({ length: 256 }, (_, byte) =>
    names.filter((name) => name.at(-1) === LOWER[byte]),
  );
  const hiding = tableOf(`%=@0123456789abcdef${names.map((name) => name.toString('latin1')).join('')}`);

  /** Length of the longest name of a secret that ends before `at`, or 0. */
  const nameBefore = (bytes: Uint8Array, at: number): number => {
    for (const name of byLast[bytes[at - 1] ?? 0] ?? []) {
      let length = 1;
      while (LOWER[bytes[at - 1 - length] ?? 0] === name.at(-1 - length)) length++;
      if (length === name.length) return length;
    }
    return 0;
  };

  const hides = (bytes: Uint8Array, at: number): boolean =>
    hiding[LOWER[hexByte(bytes[at] ?? 0, bytes[at + 1] ?? 0)] ?? 0] === 1;

  const isSuspect = (bytes: Uint8Array, at: number): boolean => {
    const byte = bytes[at];
    if (byte === EQUALS) return nameBefore(bytes, at) > 0;
    if (byte === PERCENT) return hides(bytes, at + 1);
    if (byte !== BACKSLASH) return true;
    return bytes[at + 1] === X ? hides(bytes, at + 2) : bytes[at + 1] === U && hides(bytes, at + 4);
  };

  /** Where the secrets of a word are: from, to. */
  const secretsIn = (word: Uint8Array, isCut: boolean): readonly (readonly [number, number])[] => {
    const decoded = unescape(word);
    const { bytes, size, starts, depths } = decoded;
    const secrets: [number, number][] = [];
    let inQuery = false;
    for (let at = 0; at < size; at++) {
      const byte = bytes[at] as number;
      let end = 0;
      if (byte === EQUALS) {
        const name = nameBefore(bytes, at);
        const isParameter = name > 0 && (name === at || BEFORE_NAME[bytes[at - name - 1] as number] === 1);
        if (isParameter) end = endOfValue(decoded, at + 1);
      } else if (byte === SLASH && bytes[at - 1] === SLASH) {
        end = endOfUserinfo(decoded, at + 1, inQuery, isCut);
      } else if (byte === QUESTION && depths[at] === 0) inQuery = true;
      if (end === 0) continue;
      secrets.push([starts[at + 1] as number, starts[end] as number]);
      at = end - 1;
    }
    return secrets;
  };

  const redact = (text: Buffer, isCut = false): Buffer => {
    const parts: Uint8Array[] = [];
    let done = 0;
    /** Returns where the word ends that `at` is in. */
    const redactWordAt = (at: number): number => {
      let [start, end] = [at, at];
      while (start > 0 && !endsWord(text, start - 1)) start--;
      while (end < text.length && !endsWord(text, end)) end++;
      for (const [from, to] of secretsIn(text.subarray(start, end), isCut && end === text.length)) {
        parts.push(text.subarray(done, start + from), REDACTED);
        done = start + to;
      }
      return end;
    };
    // A regular expression finds them in a tenth of the time that a loop over the bytes takes.
    const characters = text.toString('latin1');
    let end = 0;
    TRIGGERS.lastIndex = 0;
    while (TRIGGERS.test(characters)) {
      const at = TRIGGERS.lastIndex - 1;
      if (isSuspect(text, at)) TRIGGERS.lastIndex = end = redactWordAt(at);
    }
    const last = text.length - 1;
    if (isCut && end <= last && !endsWord(text, last)) redactWordAt(last);
    return parts.length === 0 ? text : Buffer.concat([...parts, text.subarray(done)]);
  };

  return { isSuspect, redact };
};

/** No secret goes on behind a space, a tab or a quote; only that behind a backslash may be a quote within a JSON text. */
const endsWord = (text: Uint8Array, at: number): boolean =>
  WORD_ENDS[text[at] as number] === 1 && (text[at] !== QUOTE || text[at - 1] !== BACKSLASH);

const endOfValue = ({ bytes, size, depths }: Unescaped, from: number): number => {
  let at = from;
  while (at < size && (depths[at] !== 0 || VALUE_ENDS[bytes[at] as number] === 0)) at++;
  return at;
};

/**
 * Where the userinfo ends that begins at `from`, behind two slashes; 0 if there is none. Only what is escaped no more
 * often than the slashes ends the authority; in a query, so does an ampersand that is not escaped. Within a path
 * `//a@b` may be an e-mail address: there a userinfo has a colon.
 */
const endOfUserinfo = (
  { bytes, size, depths }: Unescaped,
  from: number,
  inQuery: boolean,
  isCut: boolean,
): number => {
  const depth = Math.min(depths[from - 1] as number, depths[from - 2] as number);
  let end = from;
  let at = from;
  for (; at < size; at++) {
    const byte = bytes[at] as number;
    if (byte === AT) end = at;
    else if ((depths[at] as number) <= depth && AUTHORITY_ENDS[byte] === 1) break;
    else if (inQuery && byte === AMPERSAND && depths[at] === 0) break;
  }
  if (isCut && at === size) end = size;
  const inPath = IN_PATH[bytes[from - 3] ?? 0] === 1;
  return end === from || (inPath && !bytes.subarray(from, end).includes(COLON)) ? 0 : end;
};

/** A name in lower case, without its escapes. */
const plainName = (name: string): Buffer => {
  const { bytes, size } = unescape(Buffer.from(name));
  return Buffer.from(bytes.subarray(0, size).map((byte) => LOWER[byte] as number));
};

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(characters, 'latin1')) table[byte] = 1;
  return table;
}

const REDACTED = Buffer.from('REDACTED');
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte,
);
/** A query may also be a field of its own, or the value of a parameter. */
const BEFORE_NAME = tableOf('?&;#= "');
const VALUE_ENDS = tableOf('&#"');
const AUTHORITY_ENDS = tableOf('/?# "');
const WORD_ENDS = tableOf(' \t"');
const IN_PATH = tableOf('/.-_~%0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');

const QUOTE = 0x22;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const SLASH = 0x2f;
const COLON = 0x3a;
const EQUALS = 0x3d;
const QUESTION = 0x3f;
const AT = 0x40;
const BACKSLASH = 0x5c;
const U = 0x75;
const X = 0x78;
