import { promisify } from 'node:util';
import { constants, gzip, zstdCompress, zstdDecompress } from 'node:zlib';

export type Encoding = 'zstd' | 'gzip';

/** A compressed request. */
export interface Body {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** As `content-encoding` names it. */
  readonly encoding: Encoding;
}

/** The level was chosen by dollars per GB of log; docs/cost.md has the table. A chunk holds most requests. */
export const GZIP = { level: 6, memLevel: 9, chunkSize: 512 * 1024 } as const;

/** The level by what is sent, chosen in the same way. */
export const ZSTD_LEVELS = { logs: 7, metrics: 1 } as const;

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

/** Compresses a whole request. Read before the result is there, `request` must not change until then. */
export const compress = async (
  encoding: Encoding,
  request: Uint8Array,
  zstdLevel: number,
): Promise<Body> => ({
  encoding,
  bytes:
    encoding === 'gzip' ? await gzipAsync(request, GZIP) : await zstdAsync(request, zstdOptions(zstdLevel)),
});

/** The same request in gzip. */
export const toGzip = async ({ bytes, encoding }: Body): Promise<Body> =>
  encoding === 'gzip'
    ? { bytes, encoding }
    : { bytes: await gzipAsync(await unzstdAsync(bytes), GZIP), encoding: 'gzip' };

export const zstdOptions = (level: number) => ({
  chunkSize: 512 * 1024,
  params: { [constants.ZSTD_c_compressionLevel]: level },
});

const gzipAsync = promisify(gzip);
const zstdAsync = promisify(zstdCompress);
const unzstdAsync = promisify(zstdDecompress);
