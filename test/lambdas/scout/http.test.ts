import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { postOnce } from '../../../lambdas/scout/http.ts';

let close = (): void => undefined;
const trusted = getCACertificates('default');
afterEach(() => {
  close();
  setDefaultCACertificates(trusted);
});

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/self-signed.${name}.pem`, import.meta.url), 'utf8');

/** Adds the fixtures' certificate to those that are trusted. */
const trust = (): void => setDefaultCACertificates([...trusted, fixture('cert')]);

const serve = async (listener: RequestListener, protocol = 'http'): Promise<string> => {
  const tls = { key: fixture('key'), cert: fixture('cert') };
  const server = protocol === 'http' ? createServer(listener) : createTlsServer(tls, listener);
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  close = () => {
    server.close();
    server.closeAllConnections();
  };
  await once(server, 'listening');
  return `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};

const post = (url: string, body: Uint8Array, headers = {}) =>
  postOnce({ url, headers, body, signal: AbortSignal.timeout(10_000) });
const textOf = ({ body }: { readonly body: Uint8Array }): string => Buffer.from(body).toString();

describe('the request', () => {
  test('is sent whole, whatever length a header of the caller names', async () => {
    const chunks: Buffer[] = [];
    let length: string | undefined;
    const url = await serve((request, response) => {
      length = request.headers['content-length'];
      request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => response.end());
    });
    const body = randomBytes(4 * 2 ** 20);
    expect(await post(url, body, { 'Content-Length': '3' })).toMatchObject({
      status: 200,
      requestWritten: true,
    });
    expect(Buffer.concat(chunks).equals(body)).toBe(true);
    expect(length).toBe(String(body.length));
  });

  test('is not sent further after an early response, even on a connection that stays open', async () => {
    let received = 0;
    const ended = Promise.withResolvers<void>();
    const url = await serve((request, response) => {
      request.on('data', ({ length }: Buffer) => (received += length)).on('end', ended.resolve);
      request.socket.on('close', ended.resolve);
      response.writeHead(503).end();
    });
    const body = randomBytes(64 * 2 ** 20);
    expect(await post(url, body)).toMatchObject({ status: 503, requestWritten: false });
    await ended.promise;
    expect(received).toBeLessThan(body.length);
  });

  test.each(['keep-alive', 'close'])(
    'counts as not written when a success comes after its first chunk (connection: %s)',
    async (connection) => {
      const url = await serve((request, response) => {
        request.once('data', () => {
          response.writeHead(200, { connection }).end(() => {
            if (connection === 'close') request.socket.destroySoon();
          });
        });
      });
      const response = await post(url, randomBytes(8 * 2 ** 20));
      expect(response).toMatchObject({ status: 200, requestWritten: false });
    },
  );
});

/** Closes each connection when its second request arrives, after `reply` was written. */
const serveOnce = async (protocol: string, reply = '') => {
  const ports: unknown[] = [];
  const url = await serve((request, response) => {
    const { socket } = request;
    const isReused = ports.includes(socket.remotePort);
    ports.push(socket.remotePort);
    request.resume().on('end', () => {
      if (!isReused) response.end('ok');
      else if (reply === '') socket.destroy();
      else socket.write(reply, () => socket.destroy());
    });
  }, protocol);
  return { url, ports };
};

describe('a request on a connection that died while it was not used', () => {
  test.each(['http', 'https'])('is repeated once at once on a new one: %s', async (protocol) => {
    if (protocol === 'https') trust();
    const { url, ports } = await serveOnce(protocol);
    await post(url, Buffer.of(1));
    let sent = 0;
    const onRequest = (): void => void (sent += 1);
    const signal = AbortSignal.timeout(10_000);
    const response = await postOnce({ url, headers: {}, body: Buffer.of(2), signal, onRequest });
    expect(textOf(response)).toBe('ok');
    expect([sent, ports.length, new Set(ports).size]).toEqual([2, 3, 2]);
  });

  test('is not repeated after the response began', async () => {
    const { url, ports } = await serveOnce('http', 'HTTP/1.1 200 OK\r\nContent-Le');
    await post(url, Buffer.of(1));
    await expect(post(url, Buffer.of(2))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(ports).toHaveLength(2);
  });

  test('is repeated once only', async () => {
    let requests = 0;
    const url = await serve((request, response) => {
      requests += 1;
      if (requests === 1) response.end();
      else request.socket.resetAndDestroy();
    });
    await post(url, Buffer.of(1));
    await expect(post(url, Buffer.of(2))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toBe(3);
  });

  test('is not repeated when the connection was new', async () => {
    let requests = 0;
    const url = await serve((request) => {
      requests += 1;
      request.socket.resetAndDestroy();
    });
    await expect(post(url, Buffer.of(1))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toBe(1);
  });
});

describe('of a failure, the head decides', () => {
  test('when it comes before the body was read, and the connection is closed', async () => {
    const url = await serve((request, response) => {
      response.writeHead(413, { connection: 'close' }).end('too large', () => request.socket.destroySoon());
    });
    const response = await post(url, randomBytes(4 * 2 ** 20));
    expect([response.status, textOf(response)]).toEqual([413, 'too large']);
  });

  test('when the body breaks off', async () => {
    const url = await serve((_, response) => {
      response.writeHead(503, { 'retry-after': '120', 'content-length': '100' });
      response.write('busy', () => response.destroy());
    });
    const response = await post(url, Buffer.of(1));
    expect(response).toMatchObject({ status: 503, headers: { 'retry-after': '120' } });
    expect(textOf(response)).toBe('busy');
  });

  test('when the body does not end, after two seconds', async () => {
    const url = await serve((_, response) => void response.writeHead(413).write('too la'));
    const started = performance.now();
    const response = await post(url, Buffer.of(1));
    expect([response.status, textOf(response)]).toEqual([413, 'too la']);
    expect(performance.now() - started).toBeLessThan(8_000);
  });

  test('when the time-out comes while its body is read', async () => {
    const url = await serve((_, response) => void response.writeHead(429).write('x'));
    const signal = AbortSignal.timeout(200);
    const { status } = await postOnce({ url, headers: {}, body: Buffer.of(1), signal });
    expect(status).toBe(429);
  });
});

describe('the body of a response', () => {
  const JSON_BODY = '{"partialSuccess":{}}';
  test.each<[string, string | Buffer]>([
    ['gzip', gzipSync(JSON_BODY)],
    ['GZIP', gzipSync(JSON_BODY)],
    ['x-gzip', gzipSync(JSON_BODY)],
    [' X-Gzip ', gzipSync(JSON_BODY)],
    ['deflate', deflateSync(JSON_BODY)],
    ['Deflate', deflateRawSync(JSON_BODY)],
    ['br', brotliCompressSync(JSON_BODY)],
    ['zstd', zstdCompressSync(JSON_BODY)],
    ['identity', JSON_BODY],
    ['gzip', JSON_BODY],
    ['unknown', JSON_BODY],
  ])('is decoded although no encoding was asked for: %s', async (encoding, body) => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(body);
    });
    expect(textOf(await post(url, Buffer.of(1)))).toBe(JSON_BODY);
  });

  test('is cut to 64 KiB also when it is decoded', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('y'.repeat(300_000)));
    });
    const { body, truncated } = await post(url, Buffer.of(1));
    expect([body.length, truncated]).toEqual([65_536, true]);
  });

  test('of a success that does not end is a time-out', async () => {
    const url = await serve((_, response) => response.writeHead(200).write('so far'));
    const signal = AbortSignal.timeout(100);
    await expect(postOnce({ url, headers: {}, body: Buffer.of(1), signal })).rejects.toThrow(
      expect.objectContaining({ name: 'TimeoutError' }),
    );
  });

  test('of a success that breaks off is an error', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('abc', () => response.destroy());
    });
    await expect(post(url, Buffer.of(1))).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

test('a connection that is closed for another protocol is an error at once', async () => {
  const url = await serve((request) => {
    request.socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n');
  });
  await expect(post(url, Buffer.of(1))).rejects.toThrow('the connection was closed');
});

test('a response may take longer than the 5 s after which Node closes an unused connection', async () => {
  const url = await serve((_, response) => void setTimeout(() => response.end('late'), 5_500));
  expect(textOf(await post(url, Buffer.of(1)))).toBe('late');
});

test('a response that is not HTTP is an error with a code', async () => {
  const url = await serve((request) => request.socket.end('SSH-2.0-OpenSSH\r\n'));
  await expect(post(url, Buffer.of(1))).rejects.toMatchObject({ code: expect.stringMatching(/^HPE_/) });
});
