import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { postOnce } from '../../../lambdas/scout/http.ts';

let close = (): void => undefined;
afterEach(() => close());

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  close = () => {
    server.close();
    server.closeAllConnections();
  };
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};

const post = (url: string, body: Uint8Array, headers = {}) =>
  postOnce({ url, headers, body, signal: AbortSignal.timeout(5_000) });

test('an answer counts that came before the body was read, and closed the connection', async () => {
  const url = await serve((request, response) => {
    response.writeHead(413, { connection: 'close' }).end('too large', () => request.socket.destroySoon());
  });
  const { status, body } = await post(url, randomBytes(4 * 2 ** 20));
  expect(status).toBe(413);
  expect(Buffer.from(body).toString()).toBe('too large');
});

test('after an early answer nothing more of the body goes out, though the connection stays open', async () => {
  let received = 0;
  const ended = Promise.withResolvers<void>();
  const url = await serve((request, response) => {
    request.on('data', ({ length }: Buffer) => (received += length)).on('end', ended.resolve);
    request.socket.on('close', ended.resolve);
    response.writeHead(503).end();
  });
  const body = randomBytes(64 * 2 ** 20);
  expect((await post(url, body)).status).toBe(503);
  await ended.promise;
  expect(received).toBeLessThan(body.length);
});

test('a connection that is closed for another protocol is no answer, and is told at once', async () => {
  const url = await serve((request) => {
    request.socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n');
  });
  await expect(post(url, Buffer.of(1))).rejects.toThrow('the connection was closed');
});

test('an answer that a proxy compressed unasked is read', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"partialSuccess":{}}'));
  });
  const { body } = await post(url, Buffer.of(1));
  expect(Buffer.from(body).toString()).toBe('{"partialSuccess":{}}');
});

test('the body arrives whole, whatever length a header of the caller names', async () => {
  const chunks: Buffer[] = [];
  let length: string | undefined;
  const url = await serve((request, response) => {
    length = request.headers['content-length'];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => response.end());
  });
  const body = randomBytes(4 * 2 ** 20);
  await post(url, body, { 'Content-Length': '3' });
  expect(Buffer.concat(chunks).equals(body)).toBe(true);
  expect(length).toBe(String(body.length));
});

test('an answer whose body does not end is none, and the time-out is what is told', async () => {
  const url = await serve((_, response) => response.writeHead(200).write('so far'));
  const signal = AbortSignal.timeout(100);
  await expect(postOnce({ url, headers: {}, body: Buffer.of(1), signal })).rejects.toThrow(
    expect.objectContaining({ name: 'TimeoutError' }),
  );
});

test('an answer is waited for longer than an unused connection is kept, which Node closes after 5 s', async () => {
  const url = await serve((_, response) => void setTimeout(() => response.end('late'), 5_500));
  const signal = AbortSignal.timeout(10_000);
  const { body } = await postOnce({ url, headers: {}, body: Buffer.of(1), signal });
  expect(Buffer.from(body).toString()).toBe('late');
});

test('what is no HTTP answer is an error with a code', async () => {
  const url = await serve((request) => request.socket.end('SSH-2.0-OpenSSH\r\n'));
  await expect(post(url, Buffer.of(1))).rejects.toMatchObject({ code: expect.stringMatching(/^HPE_/) });
});
