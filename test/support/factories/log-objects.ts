import type { Encoded, Format, SourceObject } from '../../../lambdas/format.ts';
import { encodeLines } from '../../../lambdas/forwarding/read/batches.ts';
import { OBSERVED_MS } from './alb-records.ts';
import { encoderFor } from './encoder.ts';

/** Encodes an object as forwarding reads it: opened by its head, then line by line. @throws Error if it is refused */
export const encodeObject = (
  format: Format,
  text: string | Buffer,
  object: SourceObject = { bucket: 'b', key: 'k' },
): Encoded => {
  const bytes = Buffer.from(text);
  const range = { fromLine: 1, toLine: Infinity };
  return encodeLines(
    [{ bytes, firstLine: 1, cut: false }],
    range,
    encoderFor(format, object, OBSERVED_MS, undefined, bytes),
  );
};
