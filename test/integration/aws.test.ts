import {
  ChangeMessageVisibilityCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  accept,
  type Behaviour,
  fail,
  partialSuccess,
  refuseMarked,
} from '../../bin/local/emulators/scout/behaviour.ts';
import { attributesOf, dataPointsOf } from '../../bin/local/emulators/scout/otlp.ts';
import { deploy, type Deployment, type QueueOptions } from './support/deployment.ts';
import type { Round } from './support/event-source.ts';
import { FAILURE_TYPES } from '../../lambdas/forwarding/failure-type.ts';
import { SCOUT } from '../support/harness/synth.ts';
import { startCommand } from './support/command.ts';
import { runbookCommands } from './support/runbook-commands.ts';
import { type Moto, startMoto } from './support/moto.ts';
import { program } from './support/program.ts';
import { shell } from './support/shell.ts';
import { describeAsStack } from './support/stack.ts';

const motoServer = program('MOTO_SERVER');
const awsCli = program('AWS_CLI');

const [LIST_LETTERS = '', SETTLE_LETTERS = ''] = runbookCommands('Dead letters');
const [LIST_REJECTED = '', SETTLE_REJECTED = ''] = runbookCommands('Rejected records');
const SHOW_LETTERS = 'npm run --silent letters -- show --json';
const RETRY_LETTERS = 'npm run letters -- retry';

describe.skipIf(motoServer === undefined)('the deployed bundles on S3, SQS and Secrets Manager', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto(motoServer ?? '');
  });
  afterAll(() => moto?.stop());

  const deployed = async (options?: QueueOptions): Promise<Deployment> => {
    const deployment = await deploy(moto, options);
    onTestFinished(deployment.close);
    return deployment;
  };

  /** Runs a command where the deployment is the stack of the default name. */
  const run = async (command: string, deployment: Deployment): Promise<string> => {
    const { bucket, queues } = deployment;
    const { queue, deadLetters } = queues.logs;
    const remove = await describeAsStack('ScoutForwarder', deployment, moto);
    const environment = {
      ...moto.environment,
      BUCKET: bucket,
      QUEUE: queue.url,
      QUEUE_ARN: queue.arn,
      DLQ: deadLetters.url,
    };
    try {
      return await shell(command, awsCli ?? '', environment, SCOUT);
    } finally {
      await remove();
    }
  };

  const letters = async (deployment: Deployment): Promise<readonly Letter[]> =>
    (await run(SHOW_LETTERS, deployment))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Letter);

  test('forward what a prefix notifies, each by its own queue, and ignore the test event of S3', async () => {
    const deployment = await deployed();
    const { scout, queues, put } = deployment;
    const metrics = await deployment.start('metrics');
    const albLogs = await deployment.start('logs');

    expect((await albLogs.drain()).map(bodiesOf)).toEqual([[expect.stringContaining('s3:TestEvent')]]);
    await metrics.drain();
    await put('metrics/2026/01/31/23/to-scout.gz', gzipSync(`${DATUM}\n${DATUM}\n`));
    await put('alb/shop.log', access(3));
    await put('firehose-errors/unread', 'no queue is notified of it');

    expect(await metrics.drain()).toHaveLength(1);
    expect(await albLogs.drain()).toHaveLength(1);
    expect(scout.requests.map(({ metrics }) => dataPointsOf(metrics ?? {}))).toEqual([2, 0]);
    expect(delivered(deployment, 'alb/shop.log')).toEqual([1, 2, 3]);
    expect(await deployment.count(queues.metrics.queue)).toEqual([0, 0, 0]);
    expect(await deployment.count(queues['logs'].queue)).toEqual([0, 0, 0]);
  });

  test.each([
    'alb/a copy/1+1=2 & more.log',
    'alb/Größe/日本🗼.log',
    'alb/100%/%20+%2B.log',
    "alb/it's (new)!*.log",
  ])('forward an object named %j', async (key) => {
    const deployment = await deployed();
    await deployment.put(key, access(2));
    await (await deployment.start('logs')).drain();
    expect(delivered(deployment, key)).toEqual([1, 2]);
  });

  test.skipIf(awsCli === undefined).each(Object.entries(WIRINGS))(
    'forward what an existing bucket notifies through %s',
    async (_service, wire) => {
      const deployment = await deployed();
      await run(wire, deployment);
      const key = 'alb/a copy/1+1=2.log';
      await deployment.put(key, access(2));
      await (await deployment.start('logs')).drain();
      expect(delivered(deployment, key)).toEqual([1, 2]);
    },
  );

  test('fail only those messages of a batch whose objects were not delivered', async () => {
    const deployment = await deployed();
    const { scout, put } = deployment;
    const albLogs = await deployment.start('logs');
    await albLogs.drain();
    scout.respond(refuseMarked(['marked'], 500));
    for (const key of ['a', 'b', 'c']) await put(`alb/${key}.log`, access(2, key === 'b' ? [2] : []));

    const round = await albLogs.poll(10);
    expect(round?.received).toHaveLength(3);
    expect(round?.failed.map(({ Body }) => Body)).toEqual([expect.stringContaining('b.log')]);
    expect(await albLogs.poll(10)).toBeUndefined();

    scout.respond(accept());
    await makeVisible(deployment, round);
    await albLogs.drain(10);
    for (const key of ['a', 'b', 'c']) expect(delivered(deployment, `alb/${key}.log`)).toEqual([1, 2]);
    expect(await deployment.count(deployment.queues['logs'].queue)).toEqual([0, 0, 0]);
  });

  test('wait as long as Scout asks, be it with a message or with the rest of one', async () => {
    const deployment = await deployed();
    const { scout, put } = deployment;
    const { queue } = deployment.queues['logs'];
    const albLogs = await deployment.start('logs', { BATCH_SIZE: '10' });
    await albLogs.drain();
    scout.respond(marked(fail(503, 'busy', WAIT_SECONDS)));
    await put('alb/whole.log', access(10, [1]));
    await put('alb/rest.log', access(30, [15]));
    await albLogs.drain();
    const waitingSince = performance.now();
    expect(delivered(deployment, 'alb/whole.log')).toEqual([]);
    expect(delivered(deployment, 'alb/rest.log')).toEqual(expect.arrayContaining(range(1, 10)));
    expect(await deployment.count(queue)).toEqual([0, 1, 1]);

    scout.respond(accept());
    while ((await deployment.count(queue)).some((messages) => messages > 0)) {
      const rounds = await albLogs.drain();
      const seconds = (performance.now() - waitingSince) / 1000;
      if (rounds.length > 0) expect(seconds).toBeGreaterThan(WAIT_SECONDS - 2);
      expect(seconds).toBeLessThan(WAIT_SECONDS + 15);
    }
    expect(delivered(deployment, 'alb/whole.log')).toEqual(range(1, 10));
    expect(delivered(deployment, 'alb/rest.log')).toEqual(range(1, 30));
  });

  test('finish a large object in many short invocations, and leave a split object in the bucket', async () => {
    const deployment = await deployed();
    const short = { BATCH_SIZE: '100', DELETE_PROCESSED_FILES: 'true' };
    const albLogs = await deployment.start('logs', short, SHORT_FUNCTION_MS);
    deployment.scout.respond(accept(250));
    await deployment.put('alb/large.log.gz', gzipSync(access(4000)));

    const rounds = await albLogs.drain();
    expect(rounds.length).toBeGreaterThan(4);
    expect(delivered(deployment, 'alb/large.log.gz')).toEqual(range(1, 4000));
    expect(await deployment.keys('alb/')).toEqual(['alb/large.log.gz']);
  });

  test('find a rotated secret without a restart', async () => {
    const deployment = await deployed();
    const { scout, put } = deployment;
    const albLogs = await deployment.start('logs');
    await put('alb/1.log', access(1));
    await albLogs.drain();

    await deployment.rotate('a new secret');
    scout.revokeTokens();
    await put('alb/2.log', access(1));
    await albLogs.drain();
    expect(delivered(deployment, 'alb/2.log')).toEqual([1]);
    expect(scout.minted()).toBe(2);
    expect(scout.tokenRefusals).toEqual([]);

    // Scout knows another secret before Secrets Manager does.
    scout.rotate(scout.clientId, 'the newest');
    scout.revokeTokens();
    await put('alb/3.log', access(1));
    const round = await albLogs.poll();
    expect(round?.failed).toHaveLength(1);
    expect(delivered(deployment, 'alb/3.log')).toEqual([]);

    await deployment.rotate('the newest');
    await makeVisible(deployment, round);
    await albLogs.drain();
    expect(delivered(deployment, 'alb/3.log')).toEqual([1]);
  });

  test('delete an object when all of it was delivered or kept', async () => {
    const deployment = await deployed();
    const albLogs = await deployment.start('logs', { DELETE_PROCESSED_FILES: 'true' });
    deployment.scout.respond(refuseMarked(['marked'], 400));
    await deployment.put('alb/good.log', access(4));
    await deployment.put('alb/bad.log', access(4, [3]));
    await deployment.put('alb/skipped.txt', 'no log');
    await albLogs.drain();
    expect(await deployment.keys('')).toEqual([
      'alb/skipped.txt',
      expect.stringMatching(/^rejected\/alb\/bad\.log\/[\da-f]{8}-1-4\.ndjson$/),
    ]);
  });

  test('put every log of a prefix on the queue when asked by hand, beyond the first page of the listing', async () => {
    const deployment = await deployed();
    const { scout, bucket, queues, put } = deployment;
    const keys = range(1001, 2050).map((n) => `archive/${n}.${n % 100 === 0 ? 'log' : 'txt'}`);
    for (let from = 0; from < keys.length; from += 50) {
      await Promise.all(keys.slice(from, from + 50).map((key) => put(key, access(1))));
    }
    const albLogs = await deployment.start('logs');
    await albLogs.drain();

    const bytes = 10 * access(1).length;
    const dryRun = await albLogs.invoke({ prefix: 'archive/', dryRun: true });
    expect(dryRun).toMatchObject({ result: { objects: 10, bytes, queued: 0 } });
    expect(await deployment.count(queues['logs'].queue)).toEqual([0, 0, 0]);
    const run = await albLogs.invoke({ bucket, prefix: 'archive/' });
    expect(run).toMatchObject({ result: { objects: 10, bytes, queued: 10 } });
    await albLogs.drain(10);
    const received = scout.logs().map(({ scope }) => String(attributesOf(scope.attributes)['aws.s3.key']));
    expect(received.toSorted()).toEqual(keys.filter((key) => key.endsWith('.log')));
  });

  describe.skipIf(awsCli === undefined)('with the commands of the operations chapter', () => {
    test('a dead letter names its reason and its first line', async () => {
      const deployment = await deployed();
      const { put, queues } = deployment;
      const whole = gzipSync(access(2000));
      await put('alb/cut.log.gz', whole.subarray(0, whole.length / 2));
      await put('alb/twice.log.gz', gzipSync(gzipSync(access(50))));
      await send(deployment, { bucket: deployment.bucket, key: 'alb/gone.log' });
      await send(deployment, 'a note');
      await (await deployment.start('logs')).drain();

      const lines = delivered(deployment, 'alb/cut.log.gz');
      expect(lines).toEqual(range(1, lines.length));
      const all = await letters(deployment);
      expect(all.map(({ type, reason }) => `${type}: ${reason}`).toSorted()).toEqual([
        expect.stringMatching(/^corrupt_gzip: truncated gzip: /),
        expect.stringMatching(/^object_gone: cannot read s3:\/\/.*alb\/gone\.log: NoSuchKey: /),
        expect.stringMatching(/^unreadable_message: .*a note/),
        expect.stringMatching(/^wrong_format: not a text log: control byte/),
      ]);
      const { body = '' } = all.find(({ type }) => type === 'corrupt_gzip') ?? {};
      expect(JSON.parse(body)).toMatchObject({
        key: 'alb/cut.log.gz',
        fromLine: lines.length + 1,
      });
      expect(await deployment.count(queues['logs'].queue)).toEqual([0, 0, 0]);

      const listed = await run(LIST_LETTERS, deployment);
      expect(listed).toMatch(
        /^metrics: no dead letters\nlogs: 4 dead letters\n {2}corrupt_gzip: 1, the oldest sent 0 h ago$/m,
      );
      expect(listed).toContain('Then: npm run letters -- drop --pipeline logs --type object_gone');
      expect(listed).toContain(body);
    });

    test('dead letters of every type are listed with a remedy; only those asked for are sent or deleted', async () => {
      const deployment = await deployed();
      const { sqs, queues } = deployment;
      const types = [...FAILURE_TYPES, undefined];
      for (const type of types) await bury(deployment, type);
      const listed = await run(LIST_LETTERS, deployment);
      for (const type of types)
        expect(listed).toMatch(new RegExp(`^ {2}${type ?? 'none'}: 1, the oldest`, 'm'));
      expect(listed.match(/^ {4}→ .{10,}\. Then: npm run letters -- (?:retry|drop) /gm)).toHaveLength(
        types.length,
      );

      const settled = await run(SETTLE_LETTERS, deployment);
      expect(settled).toContain(
        `logs: 1 sent to ${queues.logs.queue.url} and removed from the dead-letter queue.`,
      );
      expect(settled).toContain('Nothing was deleted: add --yes.');
      expect(settled).toContain('deleted {"type":"object_gone"}');
      const left = await letters(deployment);
      expect(left.map(({ type }) => type).toSorted()).toEqual(
        types
          .map((type) => type ?? 'none')
          .filter((type) => !/^(?:undelivered|object_gone)$/.test(type))
          .toSorted(),
      );
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queues.logs.queue.url, MaxNumberOfMessages: 10 }),
      );
      expect(Messages.map(({ Body }) => Body)).toContain('{"type":"undelivered"}');

      const dry = await run(`${RETRY_LETTERS} --dry-run --pipeline logs`, deployment);
      expect(dry).toContain(`logs: ${types.length - 2} dead letters to ${queues.logs.queue.url}`);
      expect(dry).toContain('Nothing was sent: dry run.');
      expect(await letters(deployment)).toHaveLength(types.length - 2);
    });

    test('no letter is lost when the command is killed', async () => {
      const deployment = await deployed();
      const { queues } = deployment;
      await (await deployment.start('logs')).drain();
      for (let n = 0; n < 60; n++) await bury(deployment, 'undelivered', `letter ${n}`);
      const remove = await describeAsStack('Killed', deployment, moto);
      const command = startCommand('bin/letters.ts', ['retry', '--stack', 'Killed'], moto.environment);
      const ended = command.ended.then(() => true);
      const sent = async (): Promise<number> => (await deployment.count(queues.logs.queue))[0] ?? 0;
      while ((await sent()) === 0 && !(await Promise.race([ended, sleep(5, false)])));
      command.kill('SIGKILL');
      await ended;
      await remove();
      const dead = (await deployment.count(queues.logs.deadLetters)).reduce((sum, count) => sum + count, 0);
      expect(dead + (await sent())).toBeGreaterThanOrEqual(60);
    });

    test('what SQS moved there after crashes is forwarded once the function works', async () => {
      const deployment = await deployed({ maxReceiveCount: 3, visibilityTimeout: 0 });
      const { queues } = deployment;
      const broken = await deployment.start('logs', { SCOUT_ENDPOINT: 'http://scout.example.com' });
      await deployment.put('alb/shop.log', access(2));

      const rounds = await broken.drain();
      expect(rounds.map(({ invoked }) => invoked.error)).toEqual(
        Array.from({ length: 6 }, () =>
          expect.stringContaining('SCOUT_ENDPOINT is "http://scout.example.com"'),
        ),
      );
      expect(await deployment.count(queues['logs'].queue)).toEqual([0, 0, 0]);
      await run(RETRY_LETTERS, deployment);
      await (await deployment.start('logs')).drain();
      expect(delivered(deployment, 'alb/shop.log')).toEqual([1, 2]);
    });

    test('what Scout did not take before the last receive is forwarded when it does', async () => {
      const deployment = await deployed({ visibilityTimeout: 0 });
      const { scout, sqs, queues } = deployment;
      const albLogs = await deployment.start('logs');
      await albLogs.drain();
      scout.respond(fail(503, 'down for days'));
      await deployment.put('alb/shop.log', access(2));
      for (let receives = 1; receives < 300; receives++) {
        await sqs.send(new ReceiveMessageCommand({ QueueUrl: queues['logs'].queue.url }));
      }
      await albLogs.drain();
      expect(await letters(deployment)).toEqual([
        {
          pipeline: 'logs',
          type: 'undelivered',
          reason: 'Scout responded 503: down for days',
          sent: expect.any(String),
          body: expect.stringContaining('"fromLine":1,"toLine":2'),
        },
      ]);
      scout.respond(accept());
      await run(RETRY_LETTERS, deployment);
      await albLogs.drain();
      expect(delivered(deployment, 'alb/shop.log')).toEqual([1, 2]);
    });

    test('what Scout rejected is forwarded, and nothing else, when it takes it', async () => {
      const deployment = await deployed();
      const { scout, bucket } = deployment;
      const key = 'logs/alb/a copy/shop & more.log';
      const albLogs = await deployment.start('logs', { BATCH_SIZE: '10' });
      scout.respond(refuseMarked(['marked'], 400));
      await deployment.put(key, access(30, [4, 17]));
      await albLogs.drain();
      const kept = await deployment.keys('rejected/');
      expect(kept).toEqual([
        expect.stringMatching(/^rejected\/logs\/alb\/a copy\/shop & more\.log\/[0-9a-f]{8}-1-10\.ndjson$/),
        expect.stringMatching(/-11-20\.ndjson$/),
      ]);
      expect(JSON.parse(await deployment.get(kept[0] ?? ''))).toEqual({
        reason: 'Scout responded 400: invalid record: marked',
        line: access(4, [4]).trimEnd().split('\n').at(-1),
        lineNumber: 4,
        object: `s3://${bucket}/${key}`,
        work: {
          bucket,
          key,
          etag: expect.stringMatching(/^[0-9a-f]{32}$/),
          fromLine: 4,
          toLine: 4,
          backfill: true,
        },
      });
      const others = range(1, 30).filter((line) => line !== 4 && line !== 17);
      expect(delivered(deployment, key)).toEqual(others);

      const listed = await run(LIST_REJECTED, deployment);
      expect(listed).toContain(
        'logs: 2 rejected records in 2 files\n  2  Scout responded 400: invalid record: marked',
      );
      expect(listed).toContain(
        `s3://${bucket}/${key} line 17: Scout responded 400: invalid record: marked\n  http `,
      );
      expect(await run('npm run rejected -- drop', deployment)).toContain('Nothing was deleted: add --yes.');
      expect(await run('npm run rejected -- retry --dry-run', deployment)).toContain(
        'Nothing was sent: dry run.',
      );
      expect(await deployment.keys('rejected/')).toEqual(kept);

      scout.respond(accept());
      const settled = await run(SETTLE_REJECTED, deployment);
      expect(settled).toContain(`logs: to ${deployment.queues.logs.queue.url}`);
      expect(settled).toContain('They are queued, and their files deleted.');
      expect(await deployment.keys('rejected/')).toEqual([]);
      await albLogs.drain();
      expect(delivered(deployment, key)).toEqual(range(1, 30));
      expect(new Set(uids(deployment)).size).toBe(30);
    });

    test('a range of which Scout rejected some is forwarded whole, since Scout does not say which', async () => {
      const deployment = await deployed();
      const albLogs = await deployment.start('logs', { BATCH_SIZE: '10' });
      deployment.scout.respond([partialSuccess(2, 'too old')]);
      await deployment.put('logs/alb/shop.log', access(10));
      await albLogs.drain();
      const [kept = ''] = await deployment.keys('rejected/');
      expect(JSON.parse(await deployment.get(kept))).toMatchObject({
        reason: 'Scout rejected 2 of 10 records: too old',
        count: 2,
        fromLine: 1,
        toLine: 10,
      });
      await run(SETTLE_REJECTED, deployment);
      await albLogs.drain();
      expect(delivered(deployment, 'logs/alb/shop.log')).toEqual(
        range(1, 10).flatMap((line) => [line, line]),
      );
      expect(new Set(uids(deployment)).size).toBe(10);
    });
  });
});

/** Other ways from a bucket to the queue, instead of the stack's own. */
const WIRINGS = {
  SNS: `
    topic=$(aws sns create-topic --name "$BUCKET" --query TopicArn --output text)
    aws sns subscribe --topic-arn "$topic" --protocol sqs --notification-endpoint "$QUEUE_ARN"
    aws s3api put-bucket-notification-configuration --bucket "$BUCKET" --notification-configuration \\
      "{\\"TopicConfigurations\\":[{\\"TopicArn\\":\\"$topic\\",\\"Events\\":[\\"s3:ObjectCreated:*\\"]}]}"`,
  EventBridge: `
    aws events put-rule --name "$BUCKET" --event-pattern '{"source":["aws.s3"],"detail-type":["Object Created"]}'
    aws events put-targets --rule "$BUCKET" --targets "Id=1,Arn=$QUEUE_ARN"
    aws s3api put-bucket-notification-configuration --bucket "$BUCKET" --notification-configuration \\
      '{"EventBridgeConfiguration":{}}'`,
};

/** The least that the function lets itself be told to wait. */
const WAIT_SECONDS = 30;

/** Half a second longer than the time with which no batch is begun. */
const SHORT_FUNCTION_MS = 15_500;

interface Letter {
  readonly type: string;
  readonly reason?: string;
  readonly body: string;
}

const DATUM =
  '{"account_id":"123456789012","region":"us-east-1","namespace":"AWS/SQS","metric_name":"SentMessageSize","dimensions":{"QueueName":"orders"},"timestamp":1767225600000,"value":{"max":9.0,"min":1.0,"sum":12.0,"count":3.0},"unit":"Bytes"}';

/** An access log of `count` lines; those with the given numbers hold the word `marked`. */
const access = (lines: number, marks: readonly number[] = []): string =>
  range(1, lines)
    .map((n) => {
      const time = `2026-01-31T23:59:59.${String(n).padStart(6, '0')}Z`;
      const url = `http://shop.example.com:80/products/${n}${marks.includes(n) ? '?marked' : ''}`;
      return `http ${time} app/shop-web/5d1f0a9c37be2468 203.0.113.9:40100 10.0.16.4:8080 0.001 0.045 0.000 200 200 320 2400 "GET ${url} HTTP/1.1" "curl/8.5.0" - -\n`;
    })
    .join('');

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** The behaviour for requests that hold a marked line; others are accepted. */
const marked =
  (behaviour: Behaviour): Behaviour =>
  ({ body }) =>
    body.includes('marked') ? behaviour : accept();

/** Numbers of the lines of an object that Scout has, each as often as it has it. */
const delivered = ({ scout }: Deployment, key: string): readonly number[] =>
  scout
    .logs()
    .filter(({ scope }) => attributesOf(scope.attributes)['aws.s3.key'] === key)
    .map(({ record }) => Number(String(attributesOf(record.attributes)['log.record.uid']).split(':')[1]))
    .toSorted((a, b) => a - b);

const uids = ({ scout }: Deployment): readonly unknown[] =>
  scout.logs().map(({ record }) => attributesOf(record.attributes)['log.record.uid']);

const bodiesOf = ({ received }: Round): readonly unknown[] => received.map(({ Body }) => Body);

const send = async ({ sqs, queues }: Deployment, body: unknown): Promise<void> => {
  const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
  await sqs.send(new SendMessageCommand({ QueueUrl: queues['logs'].queue.url, MessageBody }));
};

/** Ends the wait of the messages that the round failed. */
/** Puts a letter of a type into the dead-letter queue; one without a type as SQS moves it. */
const bury = async ({ sqs, queues }: Deployment, type: string | undefined, text = type): Promise<void> => {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queues.logs.deadLetters.url,
      MessageBody: JSON.stringify({ type: text }),
      ...(type !== undefined && {
        MessageAttributes: {
          'error.type': { DataType: 'String', StringValue: type },
          'error.message': { DataType: 'String', StringValue: 'because' },
        },
      }),
    }),
  );
};

const makeVisible = async ({ sqs, queues }: Deployment, round: Round | undefined): Promise<void> => {
  for (const { ReceiptHandle } of round?.failed ?? []) {
    const QueueUrl = queues['logs'].queue.url;
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  }
};
