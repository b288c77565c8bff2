import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { headOf, sampleInputs } from '../../../../bin/local/inputs.ts';
import type { PageResult } from '../../../../bin/local/page/result.ts';
import { MAX_FILE_BYTES, type PageServer, servePage } from '../../../../bin/local/page/server.ts';
import { openSession } from '../../../../bin/local/page/session.ts';
import { kindOf } from '../../../../bin/local/kinds.ts';

const LOG = sampleInputs(Date.UTC(2026, 0, 1)).filter(
  ({ body }) => 'alb' === (kindOf(headOf(body) ?? Buffer.alloc(0)) as { kind?: string }).kind,
)[0];

let server: PageServer;
beforeAll(async () => {
  const session = openSession({
    inputs: LOG === undefined ? [] : [LOG],
    refused: [],
    areSamples: false,
    settings: () => ({}),
    code: (pipeline) => `lambdas/${pipeline}.ts`,
  });
  server = await servePage(session);
});
afterAll(async () => server.close());

interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const call = async (path: string, { method = 'GET', headers = {}, body = '' }: Call = {}) => {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    headers: object;
    body: string;
  }>();
  const sent = request(new URL(path, server.url), { method, headers }, (response) => {
    void text(response).then((body) =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
    );
  });
  sent.on('error', reject).end(body);
  return promise;
};

const post = async (path: string, body: string | Buffer) =>
  call(path, { method: 'POST', headers: { origin: server.url.slice(0, -1) }, body });

const run = async (settings: object): Promise<PageResult> =>
  JSON.parse((await post('/run', JSON.stringify(settings))).body) as PageResult;

test('the page listens on loopback alone, and may load nothing from elsewhere', async () => {
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  const { status, headers } = await call('/');
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-security-policy': expect.stringMatching(
      /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/,
    ),
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  });
});

test.each<[string, Call & { readonly path?: string }, number]>([
  ['a name of another machine that points here', { headers: { host: 'evil.example.com' } }, 421],
  [
    'a request of another page',
    { method: 'POST', path: '/run', headers: { origin: 'https://evil.example.com' } },
    403,
  ],
  ['a request without an origin', { method: 'POST', path: '/run' }, 403],
  ['another method', { method: 'PUT' }, 405],
  ['a path that is not there', { path: '/../package.json' }, 404],
])('%s is refused', async (_, { path = '/', ...options }, status) => {
  expect(await call(path, options)).toMatchObject({ status });
});

test('a file that is too large is refused by its length', async () => {
  const headers = { origin: server.url.slice(0, -1), 'content-length': String(MAX_FILE_BYTES + 1) };
  const sent = request(new URL('/file?name=x', server.url), { method: 'POST', headers });
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  sent.on('response', (response) => resolve(response.statusCode)).on('error', () => undefined);
  sent.flushHeaders();
  expect(await promise).toBe(413);
  sent.destroy();
});

test('a wrong setting is an error with what would be right', async () => {
  expect(await post('/run', '{"ALB_SKIP_PATH":"("}')).toMatchObject({
    status: 400,
    body: expect.stringContaining('ALB_SKIP_PATH is \\"(\\"; it must be a regular expression'),
  });
});

test('a line is shown with the record that was sent for it, and settings change both', async () => {
  const { lines, ledgers, hours } = await run({});
  const [line] = lines;
  expect(hours).toBeCloseTo(5 / 60, 2);
  expect(ledgers).toMatchObject([{ pipeline: 'logs', rejected: 0, filtered: 0 }]);
  expect(line).toMatchObject({ kind: 'alb', outcome: 'delivered' });
  const fields = line?.text.split(' ') ?? [];
  expect(Object.fromEntries(line?.sent[0]?.attributes ?? [])).toMatchObject({
    type: fields[0],
    time: fields[1],
    elb: fields[2],
    elb_status_code: fields[8],
  });
  expect(line?.sent[0]?.fields.map(([name]) => name)).toContain('body');

  const smaller = await run({ ALB_BODY: 'none', ALB_ATTRIBUTES: 'semconv', ALB_SKIP_STATUS: '2xx' });
  const sent = smaller.lines.flatMap(({ sent }) => sent);
  expect(sent.flatMap(({ fields }) => fields.map(([name]) => name))).not.toContain('body');
  expect(smaller.lines.map(({ outcome }) => outcome)).toContain('left out');
  const [before, after] = [ledgers[0], smaller.ledgers[0]];
  expect(after?.filtered).toBeGreaterThan(0);
  expect(after?.delivered).toBe((before?.read ?? 0) - (after?.filtered ?? 0));
  expect(after?.bytes).toBeLessThan(before?.bytes ?? 0);
  expect(after?.month?.scout).toBeLessThan(before?.month?.scout ?? 0);
});

test('requests per minute by status add up to the lines that were read', async () => {
  const { requests, ledgers, lines } = await run({});
  const sum = requests.rows.flatMap(({ values }) => values).reduce<number>((all, one) => all + (one ?? 0), 0);
  const unreadable = lines.filter(({ outcome }) => outcome === 'unreadable').length;
  expect(sum).toBeGreaterThan(0);
  expect(sum).toBeLessThanOrEqual((ledgers[0]?.read ?? 0) - unreadable);
});

test('a dropped file takes the place of the data, and one that is not a log says what it is', async () => {
  const datum =
    '{"namespace":"AWS/EC2","metric_name":"CPUUtilization","dimensions":{"InstanceId":"i-0"},"timestamp":1767225600000,"value":{"max":2.0,"min":1.0,"sum":3.0,"count":2.0},"unit":"Percent"}\n';
  await post('/file?name=mine.json', datum);
  const result = await run({ METRIC_DIMENSION_ATTRIBUTES: 'false' });
  expect(result).toMatchObject({
    source: 'mine.json',
    ledgers: [{ pipeline: 'metrics', read: 1, delivered: 1 }],
    lines: [{ kind: 'metrics', place: 'mine.json:1', sent: [{ is: 'data point' }] }],
    namespaces: [{ name: 'AWS/EC2', metrics: 1, points: 1 }],
  });
  expect(result.hours).toBeUndefined();

  await post('/file?name=x.zip', 'PK\x03\x04');
  expect(await run({})).toMatchObject({
    ledgers: [],
    notForwarded: [{ source: 'x.zip', reason: 'it is a ZIP archive; unpack it: unzip' }],
  });
});

test('switches begin as the command line has them', () => {
  const settings = { ALB_BODY: 'none', ALB_SAMPLE_RATE: '0.3', ALB_SKIP_PATH: '^/health' };
  const { switches } = openSession({ inputs: [], refused: [], areSamples: false, settings: () => settings });
  const values = Object.fromEntries(switches.map(({ name, value }) => [name, value]));
  expect(values).toMatchObject({ ...settings, ALB_ATTRIBUTES: 'aws', ALB_SKIP_STATUS: '' });
  const rate = switches.find(({ name }) => name === 'ALB_SAMPLE_RATE');
  expect(rate?.choices?.at(-1)).toEqual(['0.3', '0.3']);
});
