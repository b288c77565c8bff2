import { refusalOf } from '../../support/factories/encoder.ts';
import { describe, expect, test } from 'vitest';
import { metricStreamFormat } from '../../../lambdas/metric-stream/format.ts';
import { datumLine, encode, METRICS, RESOURCE } from '../../support/factories/metric-points.ts';

const format = metricStreamFormat({ metrics: METRICS, resource: RESOURCE });
const of = (head: string | Uint8Array) => refusalOf(format, head);

const ENVELOPE = '{"requestId":"ed4acda5","timestamp":1769903940000,"records":[{"data":"e30="}]}';
const OTLP_JSON = '{"resourceMetrics":[{"resource":{"attributes":[]}}]}';

describe('an object is something else if its first line is', () => {
  test.each([
    ['what Firehose sends to an HTTP endpoint', ENVELOPE],
    ['that with other order and space', '{ "records" : [] , "x": {"a":[1]}, "requestId" : "1" }'],
    ['that after a byte order mark and blank lines', `\uFEFF\r\n\n  ${ENVELOPE}`],
    ['OTLP JSON', OTLP_JSON],
    ['OTLP JSON after its length', `${OTLP_JSON.length} ${OTLP_JSON}`],
    ['OTLP JSON before other lines', `${OTLP_JSON}\n${datumLine()}\n`],
    ['OTLP JSON of which only the beginning is known', `{"resourceMetrics":[${'{"a":"b"},'.repeat(6000)}`],
    [
      'an envelope of which only the beginning is known',
      `{"requestId":"1","records":[{"data":"${'A'.repeat(65_000)}`,
    ],
  ])('%s', (_, head) => {
    expect(of(head)).toMatch(/^not metric-stream JSON: ./);
  });

  test.each([
    ['OTLP protobuf', encode([datumLine()]).request],
    ['OTLP protobuf after its length', Buffer.concat([Buffer.of(0xd2, 0x01), encode([datumLine()]).request])],
    ['UTF-16', Buffer.from(datumLine(), 'utf16le')],
    ['UTF-16 after a byte order mark', Buffer.from(`\uFEFF${datumLine()}`, 'utf16le')],
    ['a control byte', Buffer.from(`{"a\u0001":1}`)],
    ['a control byte at the 64th place', Buffer.from(`${' '.repeat(63)}\u0000`)],
  ])('binary: %s', (_, head) => {
    expect(of(head)).toMatch(/^not metric-stream JSON: its first bytes hold the control byte \d+$/);
  });
});

describe('an object is a metric stream, however bad, if its first line', () => {
  test.each([
    ['is a datum', datumLine()],
    ['is a datum with a tab, CR or blank lines before it', `\t\r\n\r\n${datumLine()}\r\n`],
    ['is cut off', datumLine().slice(0, 40)],
    ['is text', 'hello'],
    ['is nothing', ''],
    ['has only one of the envelope’s members', '{"requestId":"1"}'],
    ['has only the other of the envelope’s members', '{"records":[]}'],
    [
      'has such members deeper, or as values',
      '{"a":{"resourceMetrics":1},"b":"requestId","c":["records"],"d":"resourceMetrics"}',
    ],
    ['has them in a text', String.raw`{"a":"\"resourceMetrics\":1,\"requestId\":2,\"records\":3"}`],
    ['has them in a second object', `${datumLine()}${OTLP_JSON}`],
    ['has them within an array', `[${OTLP_JSON}]`],
    ['comes before such a line', `${datumLine()}\n${ENVELOPE}\n${OTLP_JSON}`],
    ['has a control byte after the 64th', `${' '.repeat(64)}\u0000`],
    ['is not ASCII', '{"é":"日本"}'],
  ])('%s', (_, head) => {
    expect(of(head)).toBeUndefined();
  });
});
