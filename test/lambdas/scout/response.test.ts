import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readResponse, statusMessage } from '../../../lambdas/scout/response.ts';
import { encodePartialSuccess, encodeStatus } from '../../../bin/local/emulators/scout/otlp.ts';

const PROTOBUF = 'application/x-protobuf';
const text = (value: string): Uint8Array => Buffer.from(value);

describe('a partial success', () => {
  test('is read as the official .proto files write it, for both signals', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('/v1/logs', '/v1/metrics'),
        fc.maxSafeNat(),
        fc.string({ unit: 'grapheme' }),
        (path, rejected, message) => {
          const body = encodePartialSuccess(path, rejected, message);
          expect(readResponse(body, false)).toEqual({ rejected, message });
        },
      ),
    );
  });

  test('is read from JSON, the count as number or text', () => {
    const body = text('{"partialSuccess":{"rejectedDataPoints":"12","errorMessage":"old"}}');
    expect(readResponse(body, false)).toEqual({ rejected: 12, message: 'old' });
    expect(readResponse(text('{"partialSuccess":{"rejectedLogRecords":2}}'), false)).toEqual({
      rejected: 2,
      message: '',
    });
  });

  test('with a negative count rejects nothing', () => {
    expect(readResponse(encodePartialSuccess('/v1/logs', -1, 'x'), false)).toEqual({
      rejected: 0,
      message: 'x',
    });
  });

  test('that is truncated in its message still has its count', () => {
    const body = encodePartialSuccess('/v1/logs', 7, 'x'.repeat(500)).subarray(0, 100);
    expect(readResponse(body, true)).toMatchObject({ rejected: 7 });
    expect(readResponse(body, false)).toBeUndefined();
  });
});

/** The count that is read from these bytes of a varint. */
const countOf = (...varint: readonly number[]) =>
  readResponse(Uint8Array.of(0x0a, varint.length + 1, 0x08, ...varint), false)?.rejected;

describe('a count of a partial success is a whole number from 0, whatever Scout wrote', () => {
  test.each<[unknown, number]>([
    [2.5, 2],
    ['2.5', 2],
    [0.9, 0],
    [-3, 0],
    ['-3', 0],
    ['many', 0],
    ['', 0],
    [null, 0],
    [true, 0],
    [[5], 0],
    [{}, 0],
    [1e300, Number.MAX_SAFE_INTEGER],
    ['1e400', Number.MAX_SAFE_INTEGER],
    ['99999999999999999999', Number.MAX_SAFE_INTEGER],
    ['12', 12],
  ])('%j', (count, rejected) => {
    for (const name of ['rejectedLogRecords', 'rejectedDataPoints']) {
      const body = text(JSON.stringify({ partialSuccess: { [name]: count } }));
      expect(readResponse(body, false)).toEqual({ rejected, message: '' });
    }
  });

  test('in protobuf an int64 below 0, and a large one', () => {
    expect(countOf(...Array<number>(8).fill(0xff), 0x3f)).toBe(Number.MAX_SAFE_INTEGER);
    expect(countOf(...Array<number>(9).fill(0x80), 0x01)).toBe(0);
    expect(countOf(...Array<number>(9).fill(0xff), 0x01)).toBe(0);
  });
});

describe('a response is accepted as JSON', () => {
  test.each([
    '{}',
    '\n{}\n',
    ' {}',
    '\uFEFF{}',
    '\uFEFF\r\n\t{ "partialSuccess" : { } }',
    '{"partialSuccess":{},"extra":1}',
  ])('%j', (body) => {
    for (const type of ['application/json', 'Application/JSON; charset=utf-8', 'text/plain', PROTOBUF, ''])
      expect(readResponse(text(body), false, type)).toEqual({ rejected: 0, message: '' });
  });
});

describe('the content type decides whether bytes are protobuf', () => {
  const body = encodePartialSuccess('/v1/logs', 3, 'old');
  test.each([
    PROTOBUF,
    'application/protobuf; x=1',
    'Application/X-Protobuf',
    'application/octet-stream',
    '',
  ])('%j: yes', (type) => expect(readResponse(body, false, type)).toEqual({ rejected: 3, message: 'old' }));
  test.each(['text/plain', 'application/json', 'application/xml', 'text/html; charset=utf-8'])(
    '%j: no',
    (type) => expect(readResponse(body, false, type)).toBeUndefined(),
  );
  test.each(['text/plain', 'application/octet-stream', 'application/json', ''])(
    'the text hi, a valid message of unknown fields, is not one: %j',
    (type) => expect(readResponse(text('hi'), false, type)).toBeUndefined(),
  );
});

describe('a response without one', () => {
  test('has zeros', () => {
    expect(readResponse(text(''), false)).toEqual({ rejected: 0, message: '' });
    expect(readResponse(text('{}'), false)).toEqual({ rejected: 0, message: '' });
    expect(readResponse(text('{"partialSuccess":null}'), false)).toEqual({ rejected: 0, message: '' });
  });

  test('may hold fields of a later protocol version', () => {
    expect(readResponse(Uint8Array.of(0x18, 0x96, 0x01, 0x22, 0x01, 0x41), false, PROTOBUF)).toEqual({
      rejected: 0,
      message: '',
    });
  });
});

describe('a body that is not an OTLP response', () => {
  test.each([
    '<html></html>',
    'OK',
    'success',
    '{"status":"ok"}',
    '{"partialSuccess":"no"}',
    '{',
    '[]',
    'null',
    '\0',
    '\n',
    '\n\x05ab',
    '\x08\x01',
    '\n\x02\n\x00',
    '\n\x02\x10\x01',
    '\xff'.repeat(12),
  ])('%j', (body) => {
    expect(readResponse(Buffer.from(body, 'latin1'), false)).toBeUndefined();
  });

  test('includes a failure that came with a good status', () => {
    expect(readResponse(encodeStatus(3, 'no'), false)).toBeUndefined();
  });

  test('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (body, cut) => {
        readResponse(body, cut);
        statusMessage(body, cut);
      }),
    );
  });
});

test("a failure's message is read from google.rpc.Status", () => {
  expect(statusMessage(encodeStatus(8, 'quota of 10 000 used up'), false)).toBe('quota of 10 000 used up');
  expect(statusMessage(encodeStatus(8, ''), false)).toBe('');
  expect(statusMessage(text('upstream connect error'), false)).toBeUndefined();
});
