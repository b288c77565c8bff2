import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SCOUT } from '../support/harness/synth.ts';
import { attributesOf } from '../../bin/local/emulators/scout/otlp.ts';
import { type Ran, runCommand, startCommand } from './support/command.ts';
import { deploy } from './support/deployment.ts';
import { clientOptions, type Moto, startMoto } from './support/moto.ts';
import { program } from './support/program.ts';
import { deployStack } from './support/stack.ts';

const motoServer = program('MOTO_SERVER');

const SCRIPT = 'bin/backfill.ts';
const LOGS = 'alb/AWSLogs/123456789012/elasticloadbalancing/us-east-1';
const log = (day: string, name: string): string =>
  `${LOGS}/${day}/123456789012_elasticloadbalancing_us-east-1_app.shop.0a_${name}.log`;
const DAYS = ['2026/01/30', '2026/01/31', '2026/02/01'];
const WARNING = 'Objects that were delivered before are sent again';

describe.skipIf(motoServer === undefined)('npm run backfill', () => {
  let moto: Moto;
  let s3: S3Client;
  let sqs: SQSClient;
  beforeAll(async () => {
    moto = await startMoto(motoServer ?? '');
    const options = clientOptions(moto);
    s3 = new S3Client({ ...options, forcePathStyle: true });
    sqs = new SQSClient(options);
  });
  afterAll(() => moto?.stop());

  const settings = Object.entries(SCOUT).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const put = async (Bucket: string, keys: readonly string[], Body = 'x'): Promise<void> => {
    for (let from = 0; from < keys.length; from += 50) {
      const some = keys.slice(from, from + 50);
      await Promise.all(some.map(async (Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body }))));
    }
  };
  const backfill = async (...args: readonly string[]): Promise<Ran> =>
    runCommand(SCRIPT, args, moto.environment);

  const countOf = async (QueueUrl: string): Promise<number> => {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    return Number(Attributes?.['ApproximateNumberOfMessages']);
  };
  /** Takes all messages off a queue. */
  const take = async (QueueUrl: string): Promise<readonly Item[]> => {
    const items: Item[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return items;
      items.push(...Messages.map(({ Body = '' }) => JSON.parse(Body) as Item));
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  };

  test('counts objects of a deployed stack in a dry run, and queues the days asked for', async () => {
    const { outputs } = await deployStack('Backfill', moto);
    const { BucketName: bucket = '', LogsQueueUrl: queueUrl = '' } = outputs;
    await put(
      bucket,
      DAYS.flatMap((day) => [log(day, 'a'), log(day, 'b'), `${LOGS}/${day}/neighbour.txt`]),
    );
    const range = ['--prefix', 'alb/', '--from', '2026-01-31', '--to', '2026-01-31'];
    const command = [...range, '--stack', 'Backfill', ...settings];

    const dry = await backfill(...command, '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toContain(
      `2 objects, 0.0 MB in s3://${bucket}/alb/ (and 1 that the function skips): about`,
    );
    expect(dry.stdout).not.toContain(WARNING);
    expect(await countOf(queueUrl)).toBe(0);

    const real = await backfill(...command);
    expect(real.stdout).toContain(WARNING);
    expect(real.stdout).toContain('2 objects queued.');
    const etag = expect.stringMatching(/^[0-9a-f]{32}$/);
    expect((await take(queueUrl)).toSorted(byKey)).toEqual([
      { bucket, key: log('2026/01/31', 'a'), etag, backfill: true },
      { bucket, key: log('2026/01/31', 'b'), etag, backfill: true },
    ]);
  });

  test('asks before a large one, and queues nothing without a terminal', async () => {
    const { outputs } = await deployStack('Large', moto);
    const { BucketName: bucket = '', MetricsQueueUrl: queueUrl = '' } = outputs;
    await put(
      bucket,
      Array.from({ length: 1_001 }, (_, n) => `metrics/2026/01/31/${n % 24}/${n}`),
    );
    const unasked = await backfill('--prefix', 'metrics/', '--stack', 'Large', ...settings);
    expect(unasked).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('1001 objects'),
      stderr: expect.stringContaining('a backfill of this size needs --yes'),
    });
    expect(await countOf(queueUrl)).toBe(0);
  });

  test('waits while the queue is full, says so, and continues after an interrupt', async () => {
    const { outputs } = await deployStack('Stopped', moto);
    const { BucketName: bucket = '', MetricsQueueUrl: queueUrl = '' } = outputs;
    const keys = Array.from({ length: 63 }, (_, n) => `metrics/2026/01/31/${23 - (n % 2)}/${n}'s`).toSorted();
    await put(bucket, keys);
    const command = ['--prefix', 'metrics/', '--stack', 'Stopped', ...settings];

    const stopped = startCommand(SCRIPT, [...command, '--most-waiting', '25'], moto.environment);
    const ended = stopped.ended.then(() => true);
    while (!stopped.warned().includes('; waiting: ')) {
      expect(await Promise.race([ended, sleep(500, false)])).toBe(false);
    }
    // It reads the queue's depth each second, and adds nothing.
    await sleep(2_500);
    expect(await countOf(queueUrl)).toBe(20);
    stopped.kill('SIGTERM');
    const { code, stderr } = await stopped.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('20 of 63 objects queued; waiting: the queue has 20 messages, at most 25.');
    const last = keys[19] ?? '';
    expect(stderr).toContain(
      `stopped after 20 objects; to continue, repeat the command with --start-after '${last.replace("'", String.raw`'\''`)}'`,
    );

    // moto loses messages when it takes and gives at the same time, so they are taken before and after.
    const items = [...(await take(queueUrl))];
    const again = await backfill(...command, '--most-waiting', '50', '--start-after', last);
    expect(again).toMatchObject({
      code: 0,
      // On a slow machine it says how far it is.
      stderr: expect.not.stringContaining('waiting'),
      stdout: expect.stringMatching(/which may hold 50 messages\.\n43 objects queued\./),
    });
    items.push(...(await take(queueUrl)));
    expect(items.map(({ key }) => key).toSorted()).toEqual(keys);
  });

  test('queues what the deployed bundle then forwards', async () => {
    const deployment = await deploy(moto);
    onTestFinished(deployment.close);
    const { bucket, queues, scout } = deployment;
    const albLogs = await deployment.start('logs');
    const keys = DAYS.map((day) => log(day, 'a b+c'));
    await put(bucket, keys, `${LINE}\n${LINE}\n`);
    await take(queues['logs'].queue.url);

    const { code } = await backfill(
      '--prefix',
      'alb/',
      '--bucket',
      bucket,
      '--queue-url',
      queues['logs'].queue.url,
    );
    expect(code).toBe(0);
    await albLogs.drain();
    const forwarded = scout.logs().map(({ scope }) => attributesOf(scope.attributes)['aws.s3.key']);
    expect(forwarded).toHaveLength(2 * keys.length);
    expect(new Set(forwarded)).toEqual(new Set(keys));
  });

  test('names what is wrong before it begins', async () => {
    const nowhere = await backfill('--prefix', 'alb/', '--stack', 'Nowhere', ...settings);
    expect(nowhere).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('stack Nowhere does not exist in us-east-1'),
    });
    const unread = await backfill('--prefix', 'rejected/', '--stack', 'Backfill', ...settings);
    expect(unread).toMatchObject({ code: 2, stderr: expect.stringContaining('--prefix is rejected/') });
    expect(unread.stderr).not.toMatch(/^ +at /m);
    const empty = await backfill('--prefix', 'metrics/1999/', '--stack', 'Backfill', ...settings);
    expect(empty).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^0 objects in .*: check the prefix and the region\. This lists it: aws s3 ls s3:/,
      ),
    });
  });
});

interface Item {
  readonly key: string;
}

const byKey = (one: Item, other: Item): number => (one.key < other.key ? -1 : 1);

const LINE =
  'http 2026-01-31T23:59:59.123456Z app/shop/0123456789abcdef 203.0.113.7:40000 203.0.113.8:80 0.001 0.002 0.000 200 200 34 366 "GET http://shop.example.com:80/ HTTP/1.1" "curl/8.0" - - - "Root=1-697e9f7f-0123456789abcdef01234567" "-" "-" 0 2026-01-31T23:59:59.120000Z "forward" "-" "-" "203.0.113.8:80" "200" "-" "-" -';
