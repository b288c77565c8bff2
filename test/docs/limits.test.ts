import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { REOPENS, STALL_MS } from '../../lambdas/aws/objects.ts';
import { TRIES } from '../../lambdas/aws/queue.ts';
import {
  ABORT_BEFORE_LIMIT_MS,
  AWS_TIMEOUTS_MS,
  BACKOFF,
  BOOKKEEPING_MS,
  IN_FLIGHT,
  ISOLATION_REQUESTS,
  MAX_PARTS,
  MAX_QUEUE_DELAY,
  MAX_RECEIVE_COUNT,
  OWN_METRICS_MS,
  SHORT_OF_TIME_MS,
  SINGLE_BATCH_RECEIVE,
  TRUSTED_RETRY_AFTERS,
} from '../../lambdas/forwarding/limits.ts';
import { readFunctionSettings } from '../../lambdas/function-settings.ts';
import { FAILURE_BODY_MS } from '../../lambdas/scout/response-body.ts';
import {
  BACKOFF_MULTIPLIER,
  INITIAL_BACKOFF_MS,
  MAX_BACKOFF_MS,
  MIN_REQUEST_MS,
  RETRY_WITHIN_MS,
} from '../../lambdas/scout/retry.ts';
import { ASSUMED_LIFETIME_MS, RENEW_BEFORE_MS } from '../../lambdas/scout/token.ts';

const PAGE = 'docs/delivery.md';

const { requestTimeout } = readFunctionSettings({
  SCOUT_ENDPOINT: 'https://scout.example.com',
  SCOUT_TOKEN_URL: 'https://id.example.com/token',
  SCOUT_SECRET_NAME: 'secret',
}).scout;

const seconds = (value: number): string =>
  value % 60 === 0 && value >= 60 ? `${value / 60} min` : `${value} s`;
const ms = (value: number): string => seconds(value / 1000);
const { open, put, send, changeVisibility, remove } = ABORT_BEFORE_LIMIT_MS;

const ROWS: readonly (readonly [what: string, value: string])[] = [
  ['**Requests to Scout**', ''],
  ['in flight at once, per object', String(IN_FLIGHT)],
  ['time-out of a POST (`requestTimeout`)', seconds(requestTimeout)],
  ['a body that explains a failure is awaited for', ms(FAILURE_BODY_MS)],
  ['retries in place begin within, at the first receive', ms(RETRY_WITHIN_MS)],
  [
    'wait between them, with jitter',
    `${ms(INITIAL_BACKOFF_MS)} × ${BACKOFF_MULTIPLIER}ⁿ, up to ${ms(MAX_BACKOFF_MS)}`,
  ],
  ['requests that finding bad lines may take, per object and invocation', String(ISOLATION_REQUESTS)],
  ['parts of a batch, per invocation; the lines after them continue', String(MAX_PARTS)],
  ['a token is renewed before its end', ms(RENEW_BEFORE_MS)],
  ['lifetime of a token whose response has none', ms(ASSUMED_LIFETIME_MS)],
  [
    'gauges about the forwarder: interval, time-out',
    `${ms(OWN_METRICS_MS.interval)}, ${ms(OWN_METRICS_MS.timeout)}`,
  ],
  ['**Time left in the function**', ''],
  ['no object and no batch is begun below', ms(SHORT_OF_TIME_MS)],
  ['reading from S3 ends at', ms(open)],
  ['a POST ends at', ms(BOOKKEEPING_MS)],
  ['a request is not sent with less before that', ms(MIN_REQUEST_MS)],
  ['storing rejected records ends at', ms(put)],
  ['sending to a queue ends at', ms(send)],
  ['changing the visibility of a message ends at', ms(changeVisibility)],
  ['deleting an object ends at', ms(remove)],
  ['**AWS**', ''],
  [
    'connecting, and the head of a response',
    `${ms(AWS_TIMEOUTS_MS.connect)}, ${ms(AWS_TIMEOUTS_MS.response)}`,
  ],
  ['a body of S3 without data has broken off after', ms(STALL_MS)],
  ['times that a body is reopened', String(REOPENS)],
  ['times that an entry is sent to a queue', String(TRIES)],
  ['**Queue**', ''],
  [
    'wait of a message, by its receive count, with jitter',
    `${seconds(BACKOFF.initial)} × 2ⁿ, up to ${seconds(BACKOFF.max)}`,
  ],
  [
    'shortest and longest wait, with `Retry-After` too',
    `${seconds(BACKOFF.leastWait)}, ${seconds(BACKOFF.mostWait)}`,
  ],
  ['longest delay of a new item (SQS)', seconds(MAX_QUEUE_DELAY)],
  ['tries that honour a short `Retry-After`', String(TRUSTED_RETRY_AFTERS)],
  ['one batch per invocation from receive', String(SINGLE_BATCH_RECEIVE)],
  ['receives before a message is a dead letter', String(MAX_RECEIVE_COUNT)],
];

/** A table as Prettier writes it. */
const table = (rows: readonly (readonly [string, string])[]): string => {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column as 0 | 1].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = ['', ''], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
};

test('docs/delivery.md has the limits that the code has (vitest -u rewrites them)', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const [start, end] = ['<!-- generated: limits -->\n\n', '\n\n<!-- end -->'];
  const [before = '', rest = ''] = page.split(start);
  const [, after = ''] = rest.split(end);
  expect(after).not.toBe('');
  const text = `${before}${start}${table([['limit', 'value'], ...ROWS])}${end}${after}`;
  await expect(text).toMatchFileSnapshot(`../../${PAGE}`);
});
