import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { albFormat } from '../../../support/factories/log-formats.ts';
import type { QueueMessage } from '../../../../lambdas/aws/queue.ts';
import type { Dependencies } from '../../../../lambdas/forwarding/dependencies.ts';
import { createHandler } from '../../../../lambdas/forwarding/handler.ts';
import { readFunctionSettings } from '../../../../lambdas/function-settings.ts';
import { ALB_KEY, albText } from '../../../support/factories/alb-object.ts';

/** Decompressed; more for those who have the time. */
const MEGABYTES = Number(process.env['LARGE_MB'] ?? 100);
/** Each round reads the object from its start, so the rounds stay as many. */
const LIMIT_MS = 300 * MEGABYTES;
const REQUEST_MS = 2_000;
const WORK = { bucket: 'logs', key: ALB_KEY, etag: 'e' };

test(
  'a large object, a slow Scout and a short limit: many rounds, and no record is sent twice',
  { timeout: 900_000 },
  async () => {
    for (const level of ['info', 'warn'] as const)
      vi.spyOn(console, level).mockImplementation(() => undefined);
    const text = Buffer.from(albText(5000));
    const member = gzipSync(text);
    const members = Math.ceil((1e6 * MEGABYTES) / text.length);
    const lines = members * 5000;

    const sent = new Uint8Array(lines + 1);
    const uid = `${createHash('sha256').update(`${WORK.bucket}/${WORK.key}/${WORK.etag}`).digest('hex').slice(0, 16)}:`;
    const enter = (request: Buffer): void => {
      for (let at = request.indexOf(uid); at >= 0; at = request.indexOf(uid, at + 1)) {
        // A text in protobuf has its length before it.
        const line = Number(request.toString('latin1', at + uid.length, at + (request[at - 1] ?? 0)));
        sent[line] = (sent[line] ?? 0) + 1;
      }
    };

    let now = Date.UTC(2026, 0, 1);
    const queue: QueueMessage[] = [{ body: JSON.stringify(WORK) }];
    const reports: Record<string, number>[] = [];
    const dependencies: Dependencies = {
      settings: readFunctionSettings({
        SCOUT_ENDPOINT: 'https://scout.example.com',
        SCOUT_TOKEN_URL: 'https://scout.example.com/token',
        SCOUT_SECRET_NAME: 'secret',
        QUEUE_URL: 'work',
        ALB_BODY: 'none',
        OWN_METRICS: 'false',
      }),
      objects: {
        open: async () => ({
          etag: 'e',
          bytes: (async function* () {
            for (let index = 0; index < members; index++)
              for (let from = 0; from < member.length; from += 65_536)
                yield member.subarray(from, from + 65_536);
          })(),
        }),
        list: async function* () {},
        put: async () => {},
        remove: async () => {},
      },
      queue: {
        send: async (_queueUrl, messages) => void queue.push(...messages),
        changeVisibility: async () => {
          throw new Error('no message may fail');
        },
      },
      scout: {
        // The request's memory is used again. To compress it would take longer than all else here.
        compress: async (request) => ({ encoding: 'gzip', bytes: Uint8Array.from(request) }),
        export: async (_path, body) => {
          now += REQUEST_MS;
          enter(Buffer.from(body.bytes.buffer));
          return {
            outcome: { type: 'accepted', rejected: 0, message: '' },
            requests: 1,
            retries: 0,
            bytes: body.bytes.length,
          };
        },
      },
      now: () => now,
      monotonicNow: () => now,
      random: Math.random,
      print: (line) => void reports.push(JSON.parse(line) as Record<string, number>),
    };
    const handler = createHandler(
      'logs',
      () => dependencies,
      (settings) => () => albFormat(settings),
    );

    let rounds = 0;
    for (let message = queue.shift(); message !== undefined; message = queue.shift(), rounds++) {
      const record = { eventSource: 'aws:sqs', messageId: '1', receiptHandle: '1', body: message.body };
      const end = now + LIMIT_MS;
      const result = await handler({ Records: [record] }, { getRemainingTimeInMillis: () => end - now });
      expect(result).toEqual({ batchItemFailures: [] });
      expect(message.delaySeconds).toBeUndefined();
      expect(queue.length).toBeLessThanOrEqual(1);
    }
    expect(rounds).toBeGreaterThan(3);
    expect(sent[0]).toBe(0);
    expect(sent.subarray(1).every((count) => count === 1)).toBe(true);
    const total = (name: string): number => reports.reduce((sum, report) => sum + (report[name] ?? 0), 0);
    expect([total('RecordsRead'), total('RecordsDelivered'), total('LedgerImbalance')]).toEqual([
      lines,
      lines,
      0,
    ]);
    expect(total('ObjectsForwarded')).toBe(1);
  },
);
