import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** A file of the page. */
export interface Asset {
  readonly type: string;
  readonly body: Uint8Array;
}

const CLIENT = new URL('client/', import.meta.url);

/** The page's files by path: everything that it loads. */
export const pageAssets = async (): Promise<ReadonlyMap<string, Asset>> => {
  const { outputFiles } = await build({
    entryPoints: { page: fileURLToPath(new URL('main.ts', CLIENT)) },
    outdir: '/',
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'warning',
  });
  const output = (ending: string): Uint8Array =>
    outputFiles.find(({ path }) => path.endsWith(ending))?.contents ?? new Uint8Array();
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', body: await readFile(new URL('index.html', CLIENT)) }],
    ['/page.js', { type: 'text/javascript; charset=utf-8', body: output('.js') }],
    ['/page.css', { type: 'text/css; charset=utf-8', body: output('.css') }],
  ]);
};
