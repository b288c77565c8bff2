import { gzipSync, zstdCompressSync } from 'node:zlib';
import { GZIP, ZSTD_LEVELS, zstdOptions } from '../../lambdas/scout/compression.ts';

/** A way to compress requests. */
export interface Codec {
  readonly name: string;
  readonly compress: (request: Uint8Array) => Uint8Array;
}

export const gzip = (level: number): Codec => ({
  name: `gzip ${level}`,
  compress: (request) => gzipSync(request, { ...GZIP, level }),
});

export const zstd = (level: number): Codec => ({
  name: `zstd ${level}`,
  compress: (request) => zstdCompressSync(request, zstdOptions(level)),
});

/** The functions use these. */
export const IN_USE = { logs: zstd(ZSTD_LEVELS.logs), metrics: zstd(ZSTD_LEVELS.metrics) };

/** The functions fall back to this; the floor that they are compared with. */
export const GZIP_IN_USE = gzip(GZIP.level);
