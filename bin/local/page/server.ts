import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { UsageError } from '../../shared/command-line.ts';
import { listenOnLoopback } from '../loopback.ts';
import { pageAssets } from './assets.ts';
import type { Session } from './session.ts';
import { SWITCHES } from './switches.ts';

export interface PageServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** The largest file that can be dropped on the page, in bytes. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;
const MAX_SETTINGS_BYTES = 16 * 1024;

/** The page loads nothing from elsewhere, and no other page can show or read it. */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

class HttpError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Serves the page of a session on loopback, at a port that is free. */
export const servePage = async (session: Session): Promise<PageServer> => {
  const assets = await pageAssets();
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    void respond(request, port)
      .catch((error: unknown) => {
        const status = error instanceof HttpError ? error.status : error instanceof UsageError ? 400 : 500;
        return json({ error: error instanceof Error ? error.message : String(error) }, status);
      })
      .then(({ status, type, body }) => {
        response.writeHead(status, { ...HEADERS, 'Content-Type': type }).end(body);
      });
  });

  const respond = async (request: IncomingMessage, port: number): Promise<Reply> => {
    const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
    const { host = '', origin } = request.headers;
    // A name that someone else's DNS points to this machine is refused.
    if (!hosts.includes(host)) throw new HttpError(421, `the host is ${host}; it must be ${hosts[0]}`);
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://${host}`);
    if (request.method === 'GET') {
      if (pathname === '/switches') return json(session.switches);
      const asset = assets.get(pathname);
      if (asset === undefined) throw new HttpError(404, `no such page: ${pathname}`);
      return { status: 200, ...asset };
    }
    if (request.method !== 'POST')
      throw new HttpError(405, `the method is ${request.method}; it must be GET or POST`);
    if (origin !== `http://${host}`) throw new HttpError(403, 'only the page itself may ask for this');
    if (pathname === '/run')
      return json(await session.run(settingsIn(await read(request, MAX_SETTINGS_BYTES))));
    if (pathname === '/file') {
      session.replace(searchParams.get('name') ?? 'file', await read(request, MAX_FILE_BYTES));
      return json({});
    }
    throw new HttpError(404, `no such page: ${pathname}`);
  };

  const { host, close } = await listenOnLoopback(server);
  return { url: `http://${host}/`, close };
};

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
}

const json = (value: unknown, status = 200): Reply => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});

const read = async (request: IncomingMessage, most: number): Promise<Buffer> => {
  // Browsers always tell the length, and Node.js reads no more than that.
  const length = Number(request.headers['content-length'] ?? Infinity);
  if (!(length <= most))
    throw new HttpError(
      413,
      `the file is larger than ${most / 2 ** 20} MiB; npm start -- FILE takes any size`,
    );
  return buffer(request);
};

/** Texts by the names of switches. */
const settingsIn = (body: Buffer): Readonly<Record<string, string>> => {
  const given = parse(body);
  return Object.fromEntries(
    SWITCHES.flatMap(({ name }) => (typeof given[name] === 'string' ? [[name, given[name]]] : [])),
  );
};

const parse = (body: Buffer): Readonly<Record<string, unknown>> => {
  try {
    return (JSON.parse(body.toString()) ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    throw new HttpError(400, 'the body is not JSON');
  }
};
