/** Query parameters that let whoever reads them act as the sender: AWS's and Google's signed URLs, Azure's `sig`. */
const SIGNED = [
  'AWSAccessKeyId',
  'Signature',
  'sig',
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'X-Goog-Signature',
];

export interface Redactor {
  /** Whether the `?` or `&` at `at` comes before a name whose value is to be redacted. */
  readonly isSecret: (bytes: Uint8Array, at: number) => boolean;
  /** The text with each such value, up to `&`, `#`, a space or a quote, replaced by REDACTED. */
  readonly redact: (text: Uint8Array) => Uint8Array;
}

/** Names count without regard to case. */
export const redactor = (moreNames: readonly string[]): Redactor => {
  const names = [...SIGNED, ...moreNames].map((name) => Buffer.from(`${name.toLowerCase()}=`));
  const byFirst = Array.from({ length: 256 }, (_, byte) => names.filter((name) => name[0] === LOWER[byte]));
  /** Where the value begins, or 0. */
  const valueAt = (bytes: Uint8Array, at: number): number => {
    for (const name of byFirst[bytes[at + 1] ?? 0] ?? []) {
      let size = 1;
      while (size < name.length && LOWER[bytes[at + 1 + size] ?? 0] === name[size]) size++;
      if (size === name.length) return at + 1 + size;
    }
    return 0;
  };
  return {
    isSecret: (bytes, at) => valueAt(bytes, at) > 0,
    redact: (text) => {
      const parts: Uint8Array[] = [];
      let kept = 0;
      for (let at = 0; at < text.length; at++) {
        if (text[at] !== QUESTION && text[at] !== AMPERSAND) continue;
        const value = valueAt(text, at);
        if (value === 0) continue;
        parts.push(text.subarray(kept, value), REDACTED);
        kept = value;
        while (kept < text.length && !ENDS.includes(text[kept] as number)) kept++;
        at = kept - 1;
      }
      return parts.length === 0 ? text : Buffer.concat([...parts, text.subarray(kept)]);
    },
  };
};

const REDACTED = Buffer.from('REDACTED');
const QUESTION = 0x3f;
const AMPERSAND = 0x26;
const ENDS = Buffer.from('&# "');
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte,
);
