import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { awsFault } from '../../bin/shared/aws-fault.ts';
import { countOf, readContext, readOptions } from '../../bin/shared/command-line.ts';
import { SCOUT } from '../support/harness/synth.ts';
import { awsAt, runCommand } from '../support/harness/run-command.ts';

const SETTINGS = Object.entries(SCOUT).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
const UNREACHABLE = awsAt('http://127.0.0.1:1');

test("commands read README's settings from cdk.json, and those of -c over them", () => {
  const folder = mkdtempSync(join(tmpdir(), 'context-'));
  const [, json = ''] = /```json\s([^`]*"context"[^`]*)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
  writeFileSync(join(folder, 'cdk.json'), json);
  vi.spyOn(process, 'cwd').mockReturnValue(folder);

  const { context } = JSON.parse(json) as { context: object };
  expect(readContext([], 'doctor')).toMatchObject(context);
  expect(
    readContext(['scoutEndpoint=https://other.example.com', 'albSkipStatus=301,4xx'], 'doctor'),
  ).toMatchObject({
    ...context,
    scoutEndpoint: 'https://other.example.com',
    albSkipStatus: ['301', '4xx'],
  });
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test.each(['0', '007', '1.5', '-1', 'many'])('%s is no count of one or more', (value) => {
  expect(() => countOf('--most', value, 1)).toThrow(`--most is ${value}; it must be a whole number from 1`);
});

const PLACE = { type: 'string', value: 'NAME', help: 'a place' } as const;
const read = (...args: readonly string[]) =>
  readOptions({ options: { place: PLACE }, verbs: { list: 'lists', drop: 'drops' } }, args);

test('a command line has a verb, options and settings', () => {
  expect(read('list', '--place', 'x', '-c', 'a=b', '-c', 'c=d')).toEqual({
    verb: 'list',
    arguments: [],
    place: 'x',
    context: ['a=b', 'c=d'],
    help: false,
  });
});

test('a command that takes arguments takes any number of them', () => {
  const argument = { name: 'FILE', help: 'a file' };
  expect(readOptions({ options: {}, argument }, ['a', '-', '--', '-c'])).toMatchObject({
    arguments: ['a', '-', '-c'],
  });
});

test.each<[readonly string[], string]>([
  [['list', '--plaice', 'x'], "Unknown option '--plaice'"],
  [[], 'the verb is missing; it must be list, drop'],
  [['purge'], 'the verb is purge; it must be list, drop'],
  [['list', 'drop'], 'the verb is list drop; it must be list, drop'],
])('%j is refused', (args, message) => {
  expect(() => read(...args)).toThrow(message);
});

test.each<[readonly string[], string]>([
  [['scoutHeaders={"x-key":"sesame\'. "}'], "Unexpected argument 'scoutHeaders…'"],
])('%j is refused without its value, which may be a secret', (args, message) => {
  expect(() => readOptions({ options: {} }, args)).toThrow(message);
  expect(() => readOptions({ options: {} }, args)).not.toThrow('sesame');
});

test.each(['scoutEndpoint', 'scoutHeaders:{"x-key":"sesame"}'])('-c %j is not a setting', (pair) => {
  expect(() => readContext([pair], 'doctor')).toThrow(/^-c scout\w+ must be key=value$/);
});

const COMMANDS = ['estimate', 'doctor', 'backfill', 'letters', 'rejected', 'polling'];

test(
  '--help of every command explains each option and the exit status, without CDK, and its IAM actions are those of the docs',
  { timeout: 60_000 },
  async () => {
    const docs = readFileSync('docs/operations.md', 'utf8');
    const withoutCdk = {
      NODE_OPTIONS: `--import=${pathToFileURL('test/support/harness/refuse-cdk.ts').href}`,
    };
    const results = await Promise.all(COMMANDS.map(async (name) => runCommand(name, ['--help'], withoutCdk)));
    for (const [index, { status, stdout, stderr }] of results.entries()) {
      const name = COMMANDS[index];
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(new RegExp(`^usage: npm run ${name} -- `));
      expect(stdout).toMatch(/^Exit status: 0 .*, 1 if .*, 2 if/m);
      const options = stdout.match(/^ {2}(?:-\w, )?--.*$/gm) ?? [];
      expect(options.length).toBeGreaterThanOrEqual(4);
      for (const option of options) expect(option).toMatch(/^ {2}\S.* {2,}\S.{5,}/);

      const [, actions] = /^IAM actions that it may need: (.*)\.$/m.exec(stdout) ?? [];
      const [, documented] =
        new RegExp(`^\\| \`npm run ${name}\` +\\| (\`\\w+:.*?) +\\|$`, 'm').exec(docs) ?? [];
      expect(documented?.replaceAll('`', '')).toBe(actions);
    }
  },
);

test(
  'a wrong command line exits with 2 and shows the usage, wrong settings with 1',
  { timeout: 60_000 },
  async () => {
    const results = await Promise.all(
      COMMANDS.map(async (name) => runCommand(name, ['--albs', 'x'], UNREACHABLE)),
    );
    for (const [index, { status, stderr }] of results.entries()) {
      expect(status).toBe(2);
      expect(stderr).toMatch(new RegExp(`Unknown option '--albs'[^]*\nusage: npm run ${COMMANDS[index]} --`));
      expect(stderr).not.toMatch(/^ +at /m);
    }
    const { status, stderr } = await runCommand('backfill', ['--prefix', 'metrics/'], UNREACHABLE);
    expect(status).toBe(1);
    expect(stderr).toMatch(/scoutEndpoint is missing[^]*scoutTokenUrl is missing/);
    expect(stderr).toContain('npm run backfill -- \\\n');
  },
);

test('output that is not read to its end is not an error', async () => {
  const { status, stderr } = await runCommand('letters', ['--help'], {}, { readsOutput: false });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

const thrown = (name: string, message: string, status?: number, more: object = {}): Error =>
  Object.assign(new Error(message), {
    name,
    ...(status !== undefined && { $metadata: { httpStatusCode: status } }),
    ...more,
  });

describe('an error of AWS is a sentence with a remedy', () => {
  test.each<[string, Error, RegExp, RegExp]>([
    [
      'denied, with the action of the call',
      thrown('AccessDenied', 'no', 403, { iamAction: 's3:ListBucket' }),
      /^not allowed: AccessDenied: no$/,
      /^allow the IAM action s3:ListBucket to/,
    ],
    [
      'denied, with the action that AWS names',
      thrown('AccessDeniedException', 'x is not authorized to perform: kms:Decrypt on y', 400, {
        iamAction: 'a:B',
      }),
      /^not allowed/,
      /^allow the IAM action kms:Decrypt to/,
    ],
    [
      'denied by status alone',
      thrown('UnknownError', '', 403),
      /^not allowed: UnknownError$/,
      /sqs:SendMessage/,
    ],
    ['expired', thrown('ExpiredToken', 'old', 403), /credentials have expired/, /^sign in to AWS again/],
    ['with unknown keys', thrown('InvalidClientTokenId', 'who', 403), /does not accept/, /AWS_PROFILE/],
    ['throttled', thrown('ThrottlingException', 'slow', 400), /^AWS throttles/, /again in a minute$/],
    [
      'about a bucket that is gone',
      thrown('NoSuchBucket', 'none', 404),
      /does not know it/,
      /--revert-drift/,
    ],
    [
      'without a host',
      thrown('Error', 'getaddrinfo', undefined, { code: 'ENOTFOUND' }),
      /does not respond/,
      /network/,
    ],
    ['after a time-out', thrown('TimeoutError', 'late'), /^AWS does not respond: TimeoutError/, /proxy/],
    ['of another kind', thrown('Odd', 'thing', 400), /^Odd: thing$/, /^fix the cause that AWS names/],
  ])('%s', (_, error, found, remedy) => {
    expect(awsFault(error, ['sqs:SendMessage'])).toMatchObject({
      found: expect.stringMatching(found),
      remedy: expect.stringMatching(remedy),
    });
  });

  test('but a defect of the command is not one', () => {
    expect(awsFault(new TypeError('x is not a function'), [])).toBeUndefined();
  });
});

describe('commands report errors of AWS without a stack trace', { timeout: 60_000 }, () => {
  let server: Server;
  let endpoint = '';
  /** 403 to every call; undefined: no response. */
  let isSilent = false;
  beforeAll(async () => {
    server = createServer((_, response) => {
      if (isSilent) return;
      response.writeHead(403, { 'content-type': 'text/xml' });
      response.end(
        '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
      );
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test('calls that are denied name the IAM action', async () => {
    const place = ['--bucket', 'b', '--queue-url', 'https://sqs.eu-central-1.amazonaws.com/1/q'];
    const results = await Promise.all(
      (
        [
          ['backfill', '--prefix', 'metrics/', ...SETTINGS],
          ['backfill', '--prefix', 'metrics/', ...place],
          ['letters', 'list'],
          ['rejected', 'list'],
        ] as const
      ).map(async ([name, ...args]) => runCommand(name, args, awsAt(endpoint))),
    );
    expect(results.map(({ status, stderr }) => [status, stderr])).toEqual(
      [
        'cloudformation:DescribeStacks',
        's3:ListBucket',
        'cloudformation:DescribeStacks',
        'cloudformation:DescribeStacks',
      ].map((action) => [
        1,
        `not allowed: AccessDenied: no\n→ allow the IAM action ${action} to the user or role that runs this\n`,
      ]),
    );
  });

  test('no credentials, no region, no network, and no response within 10 seconds', async () => {
    isSilent = true;
    const { AWS_ACCESS_KEY_ID: _, ...anonymous } = UNREACHABLE;
    const { AWS_REGION: __, ...nowhere } = UNREACHABLE;
    const results = await Promise.all(
      [anonymous, nowhere, UNREACHABLE, { ...awsAt(endpoint), AWS_MAX_ATTEMPTS: '1' }].map(
        async (environment) => runCommand('letters', ['list'], environment),
      ),
    );
    expect(results.map(({ status, stderr }) => [status, stderr])).toEqual([
      [1, expect.stringMatching(/^AWS does not accept the credentials, or there are none: .*\n→ sign in/)],
      [1, expect.stringMatching(/^no AWS region is set: .*\n→ set AWS_REGION to the region of the stack\n$/)],
      [1, expect.stringMatching(/^AWS does not respond: .*ECONNREFUSED.*\n→ check the network/)],
      [1, expect.stringMatching(/^AWS does not respond: TimeoutError.*\n→ check the network/)],
    ]);
  });
});

describe('commands that AWS stops midway say why, without a stack trace', { timeout: 60_000 }, () => {
  /** Responses to the calls up to the last one, by what is in the request. */
  let responses: readonly (readonly [asked: Pick<RegExp, 'test'>, status: number, body: string])[] = [];
  let server: Server;
  let endpoint = '';
  beforeAll(async () => {
    server = createServer((request, response) => {
      let text = `${request.method} ${request.url} ${String(request.headers['x-amz-target'])} `;
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        const [, status = 500, body = ''] = responses.find(([asked]) => asked.test(text)) ?? [];
        response.writeHead(status, {
          'content-type': body.startsWith('{') ? 'application/x-amz-json-1.0' : 'text/xml',
        });
        response.end(body);
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const stack = () =>
    ({
      BucketName: 'ours',
      LogsQueueUrl: `${endpoint}/123456789012/logs`,
      LogsDeadLetterQueueUrl: `${endpoint}/123456789012/logs-dead`,
      LogsFunctionName: 'forward-logs',
    }) as const;
  const describeStacks = () =>
    [
      /DescribeStacks/,
      200,
      `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>ScoutForwarder</StackName><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${Object.entries(
        stack(),
      )
        .map(
          ([key, value]) =>
            `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
        )
        .join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    ] as const;

  test('a rejected file that may not be read', async () => {
    responses = [
      describeStacks(),
      [
        /list-type=2/,
        200,
        '<ListBucketResult><Contents><Key>rejected/a.ndjson</Key><Size>9</Size></Contents></ListBucketResult>',
      ],
      [/GET/, 403, '<Error><Code>AccessDenied</Code><Message>no</Message></Error>'],
    ];
    const { status, stderr } = await runCommand('rejected', ['list'], awsAt(endpoint));
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        'not allowed: AccessDenied: no\n→ allow the IAM action s3:GetObject to the user or role that runs this\n',
    });
  });

  const letters = (): typeof responses => {
    let isReceived = false;
    const message = {
      MessageId: '1',
      ReceiptHandle: 'r',
      Body: '{}',
      MD5OfBody: '99914b932bd37a50b983c5e7c90ae93b',
    };
    return [
      describeStacks(),
      [/GetQueueAttributes/, 200, '{"Attributes":{"ApproximateNumberOfMessages":"1"}}'],
      [
        { test: (text) => /ReceiveMessage/.test(text) && !isReceived && (isReceived = true) },
        200,
        JSON.stringify({ Messages: [message] }),
      ],
      [/ReceiveMessage/, 200, '{}'],
      [/ChangeMessageVisibilityBatch/, 200, '{"Successful":[],"Failed":[]}'],
    ];
  };

  test.each<[string, string, (typeof responses)[number], RegExp]>([
    [
      'dead letters that may not be sent',
      'retry',
      [/SendMessageBatch/, 403, '{"__type":"AccessDeniedException","message":"no"}'],
      /not allowed: AccessDeniedException: no\n→ allow the IAM action sqs:SendMessage to/,
    ],
    [
      'dead letters that SQS does not accept',
      'retry',
      [
        /SendMessageBatch/,
        200,
        '{"Successful":[],"Failed":[{"Id":"0","Code":"Bad","SenderFault":true,"Message":"too long"}]}',
      ],
      /SQS did not accept 1 of 1 messages: Bad: too long\n/,
    ],
    [
      'dead letters that SQS does not delete',
      'drop',
      [
        /DeleteMessageBatch/,
        200,
        '{"Successful":[],"Failed":[{"Id":"0","Code":"Busy","SenderFault":false}]}',
      ],
      /SQS did not delete 1 dead letter \(Busy\)/,
    ],
  ])('%s', async (_, verb, response, message) => {
    responses = [...letters(), response];
    const { status, stderr, stdout } = await runCommand('letters', [verb, '--yes'], awsAt(endpoint));
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(status).toBe(1);
    expect(stdout).toContain('1 left');
  });
});
