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

  test('that is cut in its message still has its count', () => {
    const body = encodePartialSuccess('/v1/logs', 7, 'x'.repeat(500)).subarray(0, 100);
    expect(readResponse(body, true)).toMatchObject({ rejected: 7 });
    expect(readResponse(body, false)).toBeUndefined();
  });
});

describe('an answer without one', () => {
  test('has zeros', () => {
    expect(readResponse(text(''), false)).toEqual({ rejected: 0, message: '' });
    expect(readResponse(text('{}'), false)).toEqual({ rejected: 0, message: '' });
    expect(readResponse(text('{"partialSuccess":null}'), false)).toEqual({ rejected: 0, message: '' });
  });

  test('may hold fields of a later protocol', () => {
    expect(readResponse(Uint8Array.of(0x18, 0x96, 0x01, 0x22, 0x01, 0x41), false, PROTOBUF)).toEqual({
      rejected: 0,
      message: '',
    });
  });
});

describe('what is no OTLP answer', () => {
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
