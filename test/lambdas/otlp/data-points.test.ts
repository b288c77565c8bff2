import { expect, test } from 'vitest';
import { encodeKey, field } from '../../../lambdas/otlp/common.ts';
import {
  writeNumberPoint,
  writePointAttribute,
  writeSummaryPoint,
} from '../../../lambdas/otlp/data-points.ts';
import { ProtobufWriter } from '../../../lambdas/otlp/protobuf.ts';
import { pointsOf } from '../../support/factories/metric-points.ts';

const SUMMARY = 0x5a;
const GAUGE = 0x2a;

/** The data point that a writer without capacity makes, decoded. */
const pointOf = (data: typeof SUMMARY | typeof GAUGE, write: (writer: ProtobufWriter) => void) => {
  const writer = new ProtobufWriter(0);
  write(writer);
  const tags = [0x0a, data, 0x12, 0x12, 0x0a];
  return pointsOf(tags.reduce<Uint8Array>((content, tag) => field(tag, content), writer.written()))[0];
};

test.each([0, 1, 50])('a summary makes room for %i percentiles', (length) => {
  const percentiles = Array.from({ length }, (_, i) => ({ quantile: (i + 1) / 100, value: i }));
  const summary = { count: 3, sum: 7.5, min: 1, percentiles, max: 4 };
  expect(pointOf(SUMMARY, (writer) => writeSummaryPoint(writer, 1_769_903_940_123, summary))).toMatchObject({
    timeUnixNano: '1769903940123000000',
    summary: {
      count: '3',
      sum: 7.5,
      quantiles: [[0, 1], ...percentiles.map(({ quantile, value }) => [quantile, value]), [1, 4]],
    },
  });
});

test('a number makes room for itself', () => {
  expect(pointOf(GAUGE, (writer) => writeNumberPoint(writer, 1_769_903_940_123, 2.5))).toMatchObject({
    timeUnixNano: '1769903940123000000',
    gauge: 2.5,
  });
});

test.each([
  ['no', ''],
  ['ASCII', 'TM(25%:75%)'],
  ['long', 'x'.repeat(20_000)],
  ['non-ASCII', 'é☃🙂'.repeat(20)],
])('an attribute makes room for %s text', (_, text) => {
  const point = pointOf(GAUGE, (writer) => writePointAttribute(writer, encodeKey('Statistic'), text));
  expect(point?.attributes).toEqual({ Statistic: text });
});
