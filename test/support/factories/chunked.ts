/** Bytes as a stream of chunks of this size. */
export async function* chunked(bytes: Uint8Array | string, size: number): AsyncGenerator<Uint8Array> {
  const all = Buffer.from(bytes);
  for (let from = 0; from < all.length; from += size) yield all.subarray(from, from + size);
}

/** A stream that fails after its chunks. */
export async function* failing(chunks: AsyncIterable<Uint8Array>, error: Error): AsyncGenerator<Uint8Array> {
  yield* chunks;
  throw error;
}
