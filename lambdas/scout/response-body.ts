import type { IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';

export interface ResponseBody {
  /** Decoded; at most its first 64 KiB. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** There was more than 64 KiB. */
  readonly truncated: boolean;
}

const BODY_LIMIT = 64 * 1024;
/** 64 KiB of compressed text may hold this much; more is left compressed. */
const DECODED_LIMIT = 2 * 1024 * 1024;
/** For a failure the status decides: its body explains it, if it arrives in this time. */
export const FAILURE_BODY_MS = 2_000;

/**
 * Reads a response's body, so that its connection can be used again; past 64 KiB the connection is closed.
 * @param mayBreakOff what arrived before an error counts as the body
 */
export const readBody = async (response: IncomingMessage, mayBreakOff: boolean): Promise<ResponseBody> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const timer = mayBreakOff ? setTimeout(() => response.destroy(), FAILURE_BODY_MS) : undefined;
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > BODY_LIMIT) break;
    }
  } catch (error) {
    if (!mayBreakOff) throw error;
  } finally {
    clearTimeout(timer);
  }
  const body = decode(
    Buffer.concat(chunks).subarray(0, BODY_LIMIT),
    response.headers['content-encoding'] ?? '',
  );
  return { body: body.subarray(0, BODY_LIMIT), truncated: size > BODY_LIMIT || body.length > BODY_LIMIT };
};

type Decoder = (body: Uint8Array, options: { readonly maxOutputLength: number }) => Buffer<ArrayBuffer>;

/** https://www.rfc-editor.org/rfc/rfc9110#name-content-codings: some servers send `deflate` without its zlib wrapper. */
const DECODERS: Readonly<Record<string, readonly Decoder[]>> = {
  gzip: [gunzipSync],
  'x-gzip': [gunzipSync],
  deflate: [inflateSync, inflateRawSync],
  br: [brotliDecompressSync],
  zstd: [zstdDecompressSync],
};

/** Some proxies compress whatever was asked for, or say so when they did not; neither may make a success look refused. */
const decode = (body: Buffer<ArrayBuffer>, encoding: string): Buffer<ArrayBuffer> => {
  for (const decoder of DECODERS[encoding.trim().toLowerCase()] ?? []) {
    try {
      return decoder(body, { maxOutputLength: DECODED_LIMIT });
    } catch {
      // The next one, or the body as it is.
    }
  }
  return body;
};
