import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { s3Notification, sqsEvent } from '../../bin/local/emulators/s3-notification.ts';
import type { BenchObject } from './data.ts';

export type PeersCommand =
  | { readonly type: 'put'; readonly bucket: string; readonly key: string; readonly file: string }
  /** Keep the body of each request, decompressed, in that folder; without a folder, no longer. */
  | { readonly type: 'capture'; readonly folder?: string | undefined }
  /** Milliseconds by which OTLP responses are delayed. */
  | { readonly type: 'delay'; readonly ms: number };

export type PeersMessage =
  | { readonly type: 'ready'; readonly scout: string; readonly objects: string }
  | { readonly type: 'stored'; readonly size: number; readonly etag: string }
  | { readonly type: 'done' };

/** A draining Scout and an object store in another process. */
export interface Peers {
  /** Environment with which a function reaches them. */
  readonly env: Readonly<Record<string, string>>;
  /** Puts an object in the store; returns the event that announces it. */
  readonly put: (object: BenchObject) => Promise<unknown>;
  /** Where the object can be read without a signature. */
  readonly url: (object: BenchObject) => string;
  readonly capture: (folder: string | undefined) => Promise<void>;
  readonly delay: (ms: number) => Promise<void>;
  readonly close: () => void;
}

const BUCKET = 'bench';

export const startPeers = async (): Promise<Peers> => {
  const child = fork(fileURLToPath(new URL('peers-process.ts', import.meta.url)));
  const next = async (): Promise<PeersMessage> => ((await once(child, 'message')) as [PeersMessage])[0];
  const ask = (command: PeersCommand): Promise<PeersMessage> => {
    const message = next();
    child.send(command);
    return message;
  };
  const ready = await next();
  if (ready.type !== 'ready') throw new Error(`unexpected message: ${ready.type}`);
  return {
    env: {
      SCOUT_ENDPOINT: ready.scout,
      SCOUT_TOKEN_URL: `${ready.scout}/token`,
      SCOUT_CLIENT_ID: 'bench',
      SCOUT_CLIENT_SECRET: 'bench',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_S3: ready.objects,
    },
    put: async ({ key, path }) => {
      const stored = await ask({ type: 'put', bucket: BUCKET, key, file: path });
      if (stored.type !== 'stored') throw new Error(`unexpected message: ${stored.type}`);
      const { size, etag } = stored;
      return sqsEvent(JSON.stringify(s3Notification({ bucket: BUCKET, key, size, etag })));
    },
    url: ({ key }) => `${ready.objects}/${BUCKET}/${key}`,
    capture: async (folder) => void (await ask({ type: 'capture', folder })),
    delay: async (ms) => void (await ask({ type: 'delay', ms })),
    close: () => child.kill(),
  };
};
