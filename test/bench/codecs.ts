import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { GZIP, ZSTD, zstdOptions } from '../../lambdas/scout/compression.ts';

/** A way to compress requests. */
export interface Codec {
  readonly name: string;
  readonly compress: (request: Uint8Array) => Uint8Array;
}

export const gzip = (level: number): Codec => ({
  name: `gzip ${level}`,
  compress: (request) => gzipSync(request, { ...GZIP, level }),
});

const zstdOf = (name: string, params: Readonly<Record<number, number>>): Codec => ({
  name,
  compress: (request) => zstdCompressSync(request, zstdOptions(params)),
});

export const zstd = (level: number): Codec =>
  zstdOf(`zstd ${level}`, { [constants.ZSTD_c_compressionLevel]: level });

/** The functions use these. */
export const IN_USE = {
  logs: zstdOf('zstd for logs', ZSTD.logs),
  metrics: zstdOf('zstd for metrics', ZSTD.metrics),
};

/** The functions fall back to this; the floor that they are compared with. */
export const GZIP_IN_USE = gzip(GZIP.level);
