import { describe, expect, test } from 'vitest';
import type { TagsOf } from '../../../lambdas/format.ts';
import { metricStreamFormat } from '../../../lambdas/metric-stream/format.ts';
import { encoderFor } from '../../support/factories/encoder.ts';
import {
  add,
  datumLine,
  LIMITS,
  lineWithValue,
  METRICS,
  pointsOf,
  RESOURCE,
} from '../../support/factories/metric-points.ts';

const INSTANCE = 'arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0';
const OBJECT = { bucket: 'logs.example.com', key: 'metrics/x' };

const newFormat = () => metricStreamFormat({ metrics: METRICS, resource: RESOURCE });

/** The points of a line, and how many of them lack tags. */
const encodeLine = (line: string, tags: TagsOf, format = newFormat()) => {
  const encoder = encoderFor(format, OBJECT, 0, LIMITS, Buffer.from(line), tags);
  add(encoder, line);
  const { request, untagged } = encoder.take();
  return { points: pointsOf(request), untagged };
};

describe('the tags of the resource', () => {
  test('are attributes of each data point, beside its ARN', () => {
    const tags: TagsOf = (arn) => (arn === INSTANCE ? { team: 'web', 'Cost Center': '42' } : undefined);
    const { points, untagged } = encodeLine(lineWithValue({ IQM: 2 }), tags);
    expect(points.map(({ attributes }) => attributes)).toMatchObject([
      { 'cloud.resource_id': INSTANCE, 'aws.tag.team': 'web', 'aws.tag.Cost Center': '42' },
      { 'cloud.resource_id': INSTANCE, 'aws.tag.team': 'web', 'aws.tag.Cost Center': '42' },
    ]);
    expect(untagged).toBe(0);
  });

  test('are counted for each data point where they were not read yet', () => {
    const { points, untagged } = encodeLine(lineWithValue({ IQM: 2 }), () => undefined);
    expect(untagged).toBe(2);
    expect(JSON.stringify(points)).not.toContain('aws.tag.');
  });

  test('are not missed where no ARN is known', () => {
    const { untagged } = encodeLine(datumLine({ namespace: 'Mine' }), () => undefined);
    expect(untagged).toBe(0);
  });

  test('are looked up once for a series, in whatever objects it is', () => {
    const format = newFormat();
    let lookUps = 0;
    const tags: TagsOf = () => ({ team: `${++lookUps}` });
    for (let object = 1; object <= 3; object++) encodeLine(datumLine(), tags, format);
    expect(lookUps).toBe(1);
  });

  test('are those of the last reading, also for a series seen before', () => {
    const format = newFormat();
    const teamIn = (team: string) =>
      encodeLine(datumLine(), () => ({ team }), format).points[0]?.attributes['aws.tag.team'];
    expect([teamIn('web'), teamIn('data')]).toEqual(['web', 'data']);
  });
});
