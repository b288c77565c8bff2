import { describe, expect, test } from 'vitest';
import { datumLine, encode, lineWithValue, pointsIn } from '../../support/factories/metric-points.ts';

const OTHERS = {
  'TM(25%:75%)': 16.43,
  tm99: 15.8,
  'WM(10%:90%)': 15.5,
  'TC(0.005:0.030)': 2.5,
  tc90: 2,
  'TS(80%:)': 19,
  'PR(:300)': 85,
  IQM: 16,
};

describe('a statistic that is no percentile', () => {
  test('is a gauge beside the summary, with the same attributes and its key', () => {
    const [summary, ...gauges] = pointsIn([lineWithValue({ p99: 3, ...OTHERS })]);
    expect(summary?.summary?.quantiles).toEqual([
      [0, 1],
      [0.99, 3],
      [1, 4],
    ]);
    expect(
      Object.fromEntries(gauges.map(({ attributes, gauge }) => [attributes['Statistic'], gauge])),
    ).toEqual(OTHERS);
    expect(gauges).toHaveLength(Object.keys(OTHERS).length);
    for (const { name, attributes, timeUnixNano, resource } of gauges) {
      const shared = Object.entries(attributes).filter(([key]) => key !== 'Statistic');
      expect({ name, attributes: Object.fromEntries(shared), timeUnixNano, resource }).toEqual({
        name: 'amazonaws.com/AWS/EC2/CPUUtilization.statistic',
        attributes: summary?.attributes,
        timeUnixNano: summary?.timeUnixNano,
        resource: summary?.resource,
      });
    }
  });

  test.each([
    ['PR(:300)', 'Percent', '%'],
    ['TC(0.005:0.030)', 'Count', '{Count}'],
    ['tc90', 'Count', '{Count}'],
    ['TM(25%:75%)', 'Seconds', 's'],
    ['ts99', 'Seconds', 's'],
    ['tcx', 'Seconds', 's'],
    ['WTC(1:2)', 'Seconds', 's'],
    ['wtc90', 'Seconds', 's'],
  ])('%s has the unit %s, or %s in UCUM', (key, cloudwatch, ucum) => {
    const line = datumLine({ unit: 'Seconds', value: { count: 1, sum: 1, [key]: 1 } });
    const units = (style: 'cloudwatch' | 'ucum') =>
      pointsIn([line], { metrics: { units: style } }).map(({ unit }) => unit);
    expect(units('cloudwatch')).toEqual(['Seconds', cloudwatch]);
    expect(units('ucum')).toEqual(['s', ucum]);
  });

  test.each([
    'P99',
    'p101',
    'p100.1',
    'p-1',
    'p',
    'p1e1',
    'p.5',
    'p5.',
    'pp5',
    'p 5',
    '__proto__',
    'Average',
    '50',
  ])('is what %s is', (key) => {
    const line = datumLine().replace('"count":3', `"count":3,${JSON.stringify(key)}:2.5`);
    const points = pointsIn([line]);
    expect(points.map(({ gauge }) => gauge)).toEqual([undefined, 2.5]);
    expect(points[1]?.attributes).toMatchObject({ Statistic: key });
    expect(points[0]?.summary?.quantiles).toEqual([
      [0, 1],
      [1, 4],
    ]);
  });

  test('counts as a record', () => {
    expect(encode([lineWithValue({ tm99: 1, IQM: 2, p99: 3 })]).records).toBe(3);
  });

  test.each(['text', null, true, [1], { a: 1 }])('is left out if it is no number: %j', (value) => {
    expect(encode([lineWithValue({ note: value })])).toMatchObject({ records: 1, rejected: [] });
  });
});
