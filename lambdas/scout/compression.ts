import { promisify } from 'node:util';
import { constants, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
import type { Pipeline } from '../function-settings.ts';

export type Encoding = 'zstd' | 'gzip';

/** A compressed request. */
export interface Body {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** As `content-encoding` names it. */
  readonly encoding: Encoding;
}

/** The level was chosen by dollars per GB of log. A chunk holds most requests. */
export const GZIP = { level: 6, memLevel: 9, chunkSize: 512 * 1024 } as const;

/**
 * Parameters of zstd by what is sent, chosen by `npm run bench -- --cost` (docs/cost.md). For logs, level 6 with longer
 * matches and a hash table that stays in the processor's cache: as small as level 6, for a fifth less CPU.
 */
export const ZSTD: Readonly<Record<Pipeline, Readonly<Record<number, number>>>> = {
  logs: {
    [constants.ZSTD_c_compressionLevel]: 6,
    [constants.ZSTD_c_strategy]: constants.ZSTD_lazy,
    [constants.ZSTD_c_minMatch]: 6,
    [constants.ZSTD_c_searchLog]: 3,
    [constants.ZSTD_c_hashLog]: 17,
    [constants.ZSTD_c_windowLog]: 20,
  },
  metrics: { [constants.ZSTD_c_compressionLevel]: 2 },
};

/** Refusals that say nothing about the content. */
const NOT_ABOUT_CONTENT = new Set([401, 403, 408, 429]);

/**
 * The encoding to use, and what is known about it. With `auto` that is zstd until it is refused: as long as zstd was
 * never accepted, a refused zstd request is repeated once in gzip before the refusal is believed, and if that is
 * accepted, gzip is used from then on.
 */
export const negotiateEncoding = (mode: 'auto' | Encoding) => {
  let encoding: Encoding = mode === 'gzip' ? 'gzip' : 'zstd';
  let mayFallBack = mode === 'auto';
  return {
    /** The encoding to use now. */
    current: (): Encoding => encoding,
    /** Whether a refusal with this status may mean the encoding. */
    isDoubtful: (sent: Encoding, status = 0): boolean =>
      mayFallBack && sent === 'zstd' && status >= 400 && status <= 499 && !NOT_ABOUT_CONTENT.has(status),
    /** @param refusal of the same request in zstd, if it was refused */
    accepted: (sent: Encoding, refusal: string | undefined): void => {
      if (sent === 'zstd') mayFallBack = false;
      if (sent === 'zstd' || refusal === undefined || encoding === 'gzip') return;
      encoding = 'gzip';
      console.info({ message: 'Scout accepts gzip but not zstd: gzip from now on', refusal });
    },
  };
};

/** Compresses a whole request, which must not change before the promise resolves. */
export const compress = async (
  encoding: Encoding,
  request: Uint8Array,
  pipeline: Pipeline,
): Promise<Body> => ({
  encoding,
  bytes:
    encoding === 'gzip'
      ? await gzipAsync(request, GZIP)
      : await zstdAsync(request, zstdOptions(ZSTD[pipeline])),
});

/** The same request in gzip. */
export const toGzip = async ({ bytes, encoding }: Body): Promise<Body> =>
  encoding === 'gzip'
    ? { bytes, encoding }
    : { bytes: await gzipAsync(await unzstdAsync(bytes), GZIP), encoding: 'gzip' };

export const zstdOptions = (params: Readonly<Record<number, number>>) => ({ chunkSize: 512 * 1024, params });

const gzipAsync = promisify(gzip);
const zstdAsync = promisify(zstdCompress);
const unzstdAsync = promisify(zstdDecompress);
