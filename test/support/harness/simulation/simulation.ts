import { gunzipSync, gzipSync } from 'node:zlib';
import { ReadError } from '../../../../lambdas/aws/objects.ts';
import { UnsentMessages } from '../../../../lambdas/aws/queue.ts';
import type { Dependencies } from '../../../../lambdas/forwarding/dependencies.ts';
import { createHandler, type Handler } from '../../../../lambdas/forwarding/handler.ts';
import { MAX_RECEIVE_COUNT } from '../../../../lambdas/forwarding/limits.ts';
import type { Outcome } from '../../../../lambdas/scout/outcome.ts';
import { readFunctionSettings } from '../../../../lambdas/function-settings.ts';
import { type Faults, type FaultName, noFaults } from './faults.ts';
import { textFormat } from './text-format.ts';

export const BUCKET = 'bucket';
export const QUEUE = 'https://sqs.test/queue';
export const DEAD_LETTERS = 'https://sqs.test/dead-letters';
const FUNCTION_MS = 300_000;
const VISIBILITY_MS = 6 * FUNCTION_MS;

export interface QueuedMessage {
  readonly id: number;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly sentMs: number;
  visibleAt: number;
  receives: number;
}

export interface WorldOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly faults?: Faults;
  /** Outcome of a request with these record texts; undefined accepts. */
  readonly respond?: (records: readonly string[], world: World) => Outcome | undefined;
  /** Milliseconds that a request takes. */
  readonly latencyMs?: number;
}

/** S3, SQS, Scout, Lambda and time, in one process and in virtual time. */
export interface World {
  now: number;
  readonly objects: Map<string, Buffer>;
  readonly queue: QueuedMessage[];
  readonly deadLetters: QueuedMessage[];
  /** Every record that Scout accepted, in order. */
  readonly accepted: string[];
  /** Records that Scout rejected in a partial success. */
  partiallyRejected: number;
  requests: number;
  invocations: number;
  /** Invocations that returned while a request was still in flight. */
  outlived: number;
  /** Why copies may exist, by object key: how many of the four causes struck it. */
  readonly causes: Map<string, number>;
  readonly reports: Record<string, number>[];
  /** S3 sends a notification for an object. */
  readonly notify: (...keys: readonly string[]) => void;
  readonly send: (body: string) => void;
  /** Invokes the function with the messages that are visible, one per invocation, until none is left or the bound is reached. */
  readonly drain: (untilMs?: number) => Promise<void>;
}

export const createWorld = (options: WorldOptions = {}): World => {
  const { faults = noFaults, respond = () => undefined, latencyMs = 100 } = options;
  let ids = 0;
  let deadline = Infinity;
  let current: string[] = [];
  const settings = readFunctionSettings({
    SCOUT_ENDPOINT: 'https://scout.test',
    SCOUT_TOKEN_URL: 'https://scout.test/token',
    SCOUT_SECRET_NAME: 'secret',
    QUEUE_URL: QUEUE,
    DEAD_LETTER_QUEUE_URL: DEAD_LETTERS,
    REJECTED_BUCKET: BUCKET,
    OWN_METRICS: 'false',
    BATCH_SIZE: '5',
    ...options.environment,
  });

  const startProcess = (): Process => {
    const { promise: death, resolve } = Promise.withResolvers<'killed'>();
    const process: Process = {
      alive: true,
      inFlight: 0,
      death,
      die: () => {
        process.alive = false;
        resolve('killed');
      },
      handler: createHandler(
        'logs',
        () => edgesOf(process),
        () => (key) => (key.endsWith('.skip') ? { skip: 'a name to skip' } : textFormat),
      ),
    };
    return process;
  };

  /** Does something at an edge, where the function may be killed before or after, and time passes. */
  const during =
    (process: Process) =>
    async <T>(ms: number, effect: () => T): Promise<T> => {
      const dieHere = async (): Promise<void> => {
        if (process.alive && (faults('kill') || world.now > deadline)) process.die();
        if (!process.alive) await new Promise<never>(() => undefined);
      };
      process.inFlight++;
      await Promise.resolve();
      await dieHere();
      world.now += ms;
      if (world.now > deadline) await dieHere();
      try {
        return effect();
      } finally {
        await dieHere();
        process.inFlight--;
      }
    };

  const strike = (keys: Iterable<string>): void => {
    for (const key of new Set(keys)) world.causes.set(key, (world.causes.get(key) ?? 0) + 1);
  };

  const failing = (name: FaultName, make: () => Error): void => {
    if (faults(name)) throw make();
  };

  const enqueue = (
    to: QueuedMessage[],
    body: string,
    delayMs = 0,
    attributes: Record<string, string> = {},
  ): void => {
    to.push({ id: ids++, body, attributes, sentMs: world.now, visibleAt: world.now + delayMs, receives: 0 });
  };

  const edgesOf = (process: Process): Dependencies => edgesWhere(during(process));
  const edgesWhere = (at: ReturnType<typeof during>): Dependencies => ({
    settings,
    objects: {
      open: async ({ key }) => {
        const bytes = await at(5, () => {
          failing('denied', () => new ReadError('denied', 'AccessDenied'));
          failing('unreadable', () => new ReadError('unreadable', 'SlowDown'));
          return world.objects.get(key);
        });
        if (bytes === undefined) throw new ReadError('gone', 'NoSuchKey');
        const size = Math.max(7, Math.ceil(bytes.length / 4));
        const chunks = async function* () {
          for (let from = 0; from < bytes.length; from += size) {
            yield await at(1, () => {
              failing('broken body', () => new ReadError('unreadable', 'the body broke off twice'));
              return bytes.subarray(from, from + size);
            });
          }
        };
        return { etag: 'etag', bytes: chunks() };
      },
      async *list(_bucket, prefix) {
        for (const [key, bytes] of world.objects)
          if (key.startsWith(prefix)) yield { key, size: bytes.length };
      },
      put: async (_bucket, key, body) =>
        at(5, () => {
          failing('put', () => new Error('SlowDown'));
          world.objects.set(key, Buffer.from(body));
        }),
      remove: async ({ key }) =>
        at(5, () => {
          failing('remove', () => new Error('SlowDown'));
          world.objects.delete(key);
        }),
    },
    queue: {
      send: async (url, messages) =>
        at(5, () => {
          if (faults('queue')) {
            // The message comes again, and with it what was accepted of it.
            strike(current);
            throw new Error('Throttled');
          }
          const unsent = messages.length > 1 && faults('queue entry') ? messages.slice(-1) : [];
          for (const { body, delaySeconds = 0, attributes } of messages.slice(
            0,
            messages.length - unsent.length,
          )) {
            enqueue(url === QUEUE ? world.queue : world.deadLetters, body, delaySeconds * 1000, {
              ...attributes,
            });
          }
          if (unsent.length > 0) throw new UnsentMessages(unsent, messages.length, ['InternalError']);
        }),
      changeVisibility: async (_url, receiptHandle, seconds) =>
        at(5, () => {
          failing('visibility', () => new Error('Throttled'));
          const message = world.queue.find(({ id }) => String(id) === receiptHandle);
          if (message !== undefined) message.visibleAt = world.now + seconds * 1000;
        }),
    },
    scout: {
      // Synchronous, so that a history does not depend on threads.
      compress: async (request) => ({ encoding: 'gzip', bytes: gzipSync(request) }),
      export: async (_path, body) =>
        at(faults('slow') ? 20_000 : latencyMs, () => {
          world.requests++;
          const sent = { requests: 1, retries: 0, bytes: body.bytes.length };
          const records = gunzipSync(body.bytes).toString().split('\n').slice(0, -1);
          if (faults('unavailable'))
            return { ...sent, outcome: { type: 'retryable', reason: '503' } as const };
          const outcome = respond(records, world) ?? { type: 'accepted', rejected: 0, message: '' };
          if (outcome.type === 'accepted') {
            world.partiallyRejected += outcome.rejected;
            world.accepted.push(...records.slice(outcome.rejected));
            if (faults('lost response')) {
              strike(records.map((record) => record.slice(0, record.indexOf('#'))));
              return { ...sent, outcome: { type: 'retryable', reason: 'ECONNRESET' } as const };
            }
          }
          return { ...sent, outcome };
        }),
    },
    now: () => world.now,
    monotonicNow: () => world.now,
    random: () => 0.5,
    print: (line) => void world.reports.push(JSON.parse(line) as Record<string, number>),
  });

  const receive = async (message: QueuedMessage): Promise<void> => {
    message.receives++;
    message.visibleAt = world.now + VISIBILITY_MS;
    if (message.receives > MAX_RECEIVE_COUNT) {
      world.queue.splice(world.queue.indexOf(message), 1);
      world.deadLetters.push(message);
      return;
    }
    if (!process.alive) process = startProcess();
    world.invocations++;
    deadline = world.now + FUNCTION_MS;
    current = keysIn(message.body);
    const attributes = {
      ApproximateReceiveCount: String(message.receives),
      SentTimestamp: String(message.sentMs),
    };
    const id = String(message.id);
    const record = {
      eventSource: 'aws:sqs',
      messageId: id,
      receiptHandle: id,
      body: message.body,
      attributes,
    };
    const end = deadline;
    const returned = process.handler(
      { Records: [record] },
      { getRemainingTimeInMillis: () => end - world.now },
    );
    const result = await Promise.race([returned.catch(() => 'threw' as const), process.death]);
    if (result === 'killed') return strike(current);
    if (process.inFlight > 0) world.outlived++;
    const failed =
      result === 'threw' || ('batchItemFailures' in result && result.batchItemFailures.length > 0);
    // SQS may deliver a message again although it was dealt with.
    if (!failed && faults('redelivery')) {
      message.visibleAt = world.now;
      return strike(current);
    }
    if (!failed) world.queue.splice(world.queue.indexOf(message), 1);
  };

  const world: World = {
    now: Date.parse('2026-01-01T00:00:00Z'),
    objects: new Map(),
    queue: [],
    deadLetters: [],
    accepted: [],
    partiallyRejected: 0,
    requests: 0,
    invocations: 0,
    outlived: 0,
    causes: new Map(),
    reports: [],
    notify: (...keys) => {
      enqueue(world.queue, notification(...keys));
      if (faults('duplicate event')) {
        enqueue(world.queue, notification(...keys));
        strike(keys);
      }
    },
    send: (body) => enqueue(world.queue, body),
    drain: async (untilMs = Infinity) => {
      for (;;) {
        const message = world.queue.toSorted((a, b) => a.visibleAt - b.visibleAt)[0];
        if (message === undefined || message.visibleAt > untilMs) return;
        world.now = Math.max(world.now, message.visibleAt);
        await receive(message);
      }
    },
  };
  let process = startProcess();
  return world;
};

/** Where the function runs, from a cold start until it is killed: then nothing that it awaits ever comes. */
interface Process {
  alive: boolean;
  inFlight: number;
  readonly death: Promise<'killed'>;
  readonly die: () => void;
  readonly handler: Handler;
}

/** An S3 notification that names objects. */
export const notification = (...keys: readonly string[]): string =>
  JSON.stringify({
    Records: keys.map((key) => ({
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: '2026-01-01T00:00:00.000Z',
      s3: { bucket: { name: BUCKET }, object: { key: encodeURIComponent(key).replaceAll('%20', '+') } },
    })),
  });

const keysIn = (body: string): string[] => {
  const { key, Records } = JSON.parse(body) as {
    key?: string;
    Records?: { s3: { object: { key: string } } }[];
  };
  return key !== undefined
    ? [key]
    : (Records ?? []).map(({ s3 }) => decodeURIComponent(s3.object.key.replaceAll('+', ' ')));
};
