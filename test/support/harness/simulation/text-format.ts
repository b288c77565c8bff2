import type { BatchLimits, Encoder, Format, Rejected } from '../../../../lambdas/format.ts';

/**
 * A format that a simulation can read at a glance. A line is one or more records separated by commas; what each begins
 * with says what becomes of it: `bad` cannot be parsed, `skip` is filtered, anything else is sent as
 * `<key>#<line>#<index>:<text>`. An object that begins with `OTHER` is something else.
 */
export const textFormat: Format = {
  path: '/v1/logs',
  open: ({ key }, head) =>
    Buffer.from(head).toString().startsWith('OTHER')
      ? { refuse: { type: 'wrong_format', reason: 'not text' } }
      : { encoder: (limits) => textEncoder(key, limits) },
};

const textEncoder = (key: string, limits: BatchLimits): Encoder => {
  let sent: string[] = [];
  let size = 0;
  let filtered = 0;
  let rejected: Rejected[] = [];
  return {
    add: (bytes, start, end, lineNumber) => {
      const line = Buffer.from(bytes.subarray(start, end)).toString();
      const records = line.split(',');
      const fresh = records.flatMap((text, index) =>
        /^(?:bad|skip)/.test(text) ? [] : [`${key}#${lineNumber}#${index}:${text}\n`],
      );
      const length = fresh.join('').length;
      const fits = sent.length + fresh.length <= limits.records && size + length <= limits.bytes;
      if (!fits && sent.length > 0) return false;
      sent.push(...fresh);
      size += length;
      filtered += records.filter((text) => text.startsWith('skip')).length;
      for (const text of records)
        if (text.startsWith('bad')) rejected.push({ lineNumber, reason: 'bad', line });
      return true;
    },
    take: () => {
      const request = Buffer.from(sent.join(''));
      const encoded = { request, records: sent.length, filtered, rejected, newestMs: 1 };
      [sent, size, filtered, rejected] = [[], 0, 0, []];
      return encoded;
    },
  };
};
