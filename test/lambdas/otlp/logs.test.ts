import { expect, test } from 'vitest';
import { decodeLogs, logRecordsOf } from '../../../bin/local/emulators/scout/otlp.ts';
import { encodeResource, encodeScope, field } from '../../../lambdas/otlp/common.ts';
import { type LogsRequest, logsRequest } from '../../../lambdas/otlp/logs.ts';
import { SLACK } from '../../../lambdas/otlp/protobuf.ts';

const newRequest = (limits: { readonly records: number; readonly bytes: number }) =>
  logsRequest(encodeResource({ name: 'r' }), encodeScope('s'.repeat(200), '1'), limits);

const TEXT = 'x'.repeat(1000);
const BODY = field(0x2a, field(0x0a, Buffer.from(TEXT)));

const add = (request: LogsRequest): boolean => {
  const mark = request.open(BODY.length);
  request.writer.copy(BODY);
  // Writes behind the record.
  request.writer.words(new DataView(new ArrayBuffer(SLACK)), 0, 0);
  return request.close(mark);
};

test('a record has room for the bytes asked for, and for words behind them', () => {
  const request = newRequest({ records: 9, bytes: 0 });
  expect(add(request)).toBe(true);
  const records = logRecordsOf(decodeLogs(request.take().request));
  expect(records.map(({ record }) => record.body)).toEqual([{ stringValue: TEXT }]);
});

test('a second record fits up to the limit of bytes, which its request keeps', () => {
  const unlimited = newRequest({ records: 9, bytes: Infinity });
  add(unlimited);
  add(unlimited);
  const bytes = unlimited.writer.length;

  for (const [limit, fits] of [
    [bytes, true],
    [bytes - 1, false],
  ] as const) {
    const request = newRequest({ records: 9, bytes: limit });
    expect([add(request), add(request)]).toEqual([true, fits]);
    expect(request.take().request.length).toBeLessThanOrEqual(limit);
  }
});

test('a record beyond the limit of records leaves no trace', () => {
  const request = newRequest({ records: 2, bytes: Infinity });
  expect([add(request), add(request), add(request)]).toEqual([true, true, false]);
  const { request: bytes, records } = request.take();
  expect(records).toBe(2);
  expect(logRecordsOf(decodeLogs(bytes))).toHaveLength(2);
});
