import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { startObjectStore } from '../../bin/local/emulators/object-store.ts';
import type { PeersMessage, PeersCommand } from './peers.ts';

/** The other side of the network, in a process of its own: a Scout that drains, and an object store. */
const store = await startObjectStore();
let capture: string | undefined;
let captured = 0;
let delayMs = 0;

const scout = createServer((request, response) => {
  void buffer(request).then(async (body) => {
    const isToken = request.url === '/token';
    if (!isToken && delayMs > 0) await sleep(delayMs);
    if (!isToken && capture !== undefined) {
      const decode = request.headers['content-encoding'] === 'zstd' ? zstdDecompressSync : gunzipSync;
      writeFileSync(join(capture, `${captured++}.bin`), decode(body));
    }
    response.writeHead(200, { 'Content-Type': isToken ? 'application/json' : 'application/x-protobuf' });
    response.end(isToken ? '{"access_token":"bench","token_type":"Bearer","expires_in":3600}' : '');
  });
});
scout.keepAliveTimeout = 60_000;
await new Promise<void>((done) => scout.listen(0, '127.0.0.1', done));

const send = (message: PeersMessage): void => void process.send?.(message);
process.on('message', (command: PeersCommand) => {
  if (command.type === 'capture') {
    capture = command.folder;
    captured = 0;
    send({ type: 'done' });
  } else if (command.type === 'delay') {
    delayMs = command.ms;
    send({ type: 'done' });
  } else {
    const { size, etag } = store.put(command.bucket, command.key, { file: command.file });
    send({ type: 'stored', size, etag });
  }
});
process.on('disconnect', () => process.exit());
send({
  type: 'ready',
  scout: `http://127.0.0.1:${(scout.address() as AddressInfo).port}`,
  objects: store.endpoint,
});
