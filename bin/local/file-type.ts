/** First bytes of files that hold no log, what they are, and what would be right. */
const MAGIC: readonly (readonly [bytes: string, is: string, advice: string, at?: number])[] = [
  ['PAR1', 'Parquet', 'let AWS deliver this log as plain text, W3C or JSON'],
  ['ORC', 'ORC', 'let AWS deliver this log as plain text'],
  ['Obj\x01', 'Avro', 'let AWS deliver this log as plain text'],
  ['PK\x03\x04', 'a ZIP archive', 'unpack it: unzip'],
  ['BZh', 'bzip2', 'decompress it: bunzip2'],
  ['\x28\xb5\x2f\xfd', 'zstd', 'decompress it: unzstd'],
  ['\xfd7zXZ', 'xz', 'decompress it: unxz'],
  ['\x04\x22\x4d\x18', 'LZ4', 'decompress it: unlz4'],
  ['\xff\x06\x00\x00sNaPpY', 'Snappy', 'set the compression of the delivery stream to GZIP'],
  ['7z\xbc\xaf', 'a 7z archive', 'unpack it'],
  ['ustar', 'a tar archive', 'unpack it: tar -xf', 257],
  ['\x89PNG', 'a PNG picture', 'name a log'],
  ['\xff\xd8\xff', 'a JPEG picture', 'name a log'],
  ['GIF8', 'a GIF picture', 'name a log'],
  ['%PDF', 'a PDF', 'name a log'],
  ['SQLite format 3', 'an SQLite database', 'name a log'],
  ['\x7fELF', 'a program', 'name a log'],
  ['\xff\xfe', 'text in UTF-16', 'convert it: iconv -f UTF-16 -t UTF-8'],
  ['\xfe\xff', 'text in UTF-16', 'convert it: iconv -f UTF-16 -t UTF-8'],
];

/** JSON that spans lines. */
const SHAPES: readonly (readonly [pattern: RegExp, is: string, advice: string])[] = [
  [/^\s*\[/, 'a JSON array', "write one object per line: jq -c '.[]'"],
  [/^\s*\{\s*\n/, 'a JSON object over several lines', 'write one object per line: jq -c .'],
];

/**
 * Why a file that begins so, decompressed, cannot be forwarded, if its first bytes tell: its type, and what would be
 * right.
 */
export const foreignType = (head: Buffer): string | undefined => {
  if (head.length === 0) return 'it is empty';
  const text = head.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  const [, is, advice] =
    MAGIC.find(([bytes, , , at = 0]) => text.startsWith(bytes, at)) ??
    SHAPES.find(([pattern]) => pattern.test(text)) ??
    [];
  if (is !== undefined) return `it is ${is}; ${advice}`;
  const control = /[^\t\n\r\x20-\xff]/.exec(text.slice(0, 64))?.[0];
  return control === undefined
    ? undefined
    : `it is binary: byte 0x${control.charCodeAt(0).toString(16).padStart(2, '0')} among its first 64; a log is text, or gzip of text`;
};
