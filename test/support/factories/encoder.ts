import type { BatchLimits, Encoder, Format, SourceObject, TagsOf } from '../../../lambdas/format.ts';

const NO_LIMITS: BatchLimits = { records: Infinity, bytes: Infinity };

/** An encoder for lines of the object. @throws Error with the reason if the format refuses its head */
export const encoderFor = (
  format: Format,
  object: SourceObject = { bucket: 'b', key: 'k' },
  observedMs = 0,
  limits: BatchLimits = NO_LIMITS,
  head: Uint8Array = new Uint8Array(),
  tags?: TagsOf,
): Encoder => {
  const opened = format.open(object, head, { observedMs, tags });
  if ('refuse' in opened) throw new Error(opened.refuse.reason);
  return opened.encoder(limits);
};

/** Why the format refuses an object that begins so; undefined if it accepts it. */
export const refusalOf = (format: Format, head: string | Uint8Array): string | undefined => {
  const opened = format.open({ bucket: 'b', key: 'k' }, Buffer.from(head), { observedMs: 0 });
  return 'refuse' in opened ? opened.refuse.reason : undefined;
};

/** The same format with its encoders replaced by `wrap`'s. */
export const withEncoder = (
  format: Format,
  wrap: (encoder: Encoder, limits: BatchLimits) => Encoder,
): Format => ({
  ...format,
  open: (object, head, at) => {
    const opened = format.open(object, head, at);
    return 'refuse' in opened ? opened : { encoder: (limits) => wrap(opened.encoder(limits), limits) };
  },
});
