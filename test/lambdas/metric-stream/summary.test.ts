import { describe, expect, test } from 'vitest';
import { VERSION } from '../../../lambdas/version.ts';
import { decodeMetrics } from '../../../bin/local/emulators/scout/otlp.ts';
import {
  datumLine,
  encode,
  lineWithValue,
  pointIn,
  pointsIn,
  TIMESTAMP,
} from '../../support/factories/metric-points.ts';

const quantilesOf = (line: string) => pointIn(line).summary?.quantiles;

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

describe('a datum', () => {
  test('becomes a summary with everything that it says', () => {
    const { request, records, filtered, rejected, newestMs } = encode([
      '{"metric_stream_name":"to-scout","account_id":"123456789012","region":"eu-west-1","namespace":"AWS/ApplicationELB",' +
        '"metric_name":"TargetResponseTime","dimensions":{"TargetGroup":"targetgroup/web/0123456789abcdef",' +
        '"LoadBalancer":"app/shop/fedcba9876543210"},"timestamp":1769903940000,"value":{"max":0.875,"min":0.25,' +
        '"sum":1.5E1,"count":8.77130197E8,"p99":0.75,"p50":0.5},"unit":"Seconds"}',
    ]);
    expect(decodeMetrics(request)).toEqual({
      resourceMetrics: [
        {
          resource: {
            attributes: [
              text('service.name', 'aws-cloudwatch-stream'),
              text('cloud.provider', 'aws'),
              text('cloud.account.id', '123456789012'),
              text('cloud.region', 'eu-west-1'),
              text('environment', 'staging'),
              text('deployment.environment', 'staging'),
              text('deployment.environment.name', 'staging'),
            ],
          },
          scopeMetrics: [
            {
              scope: { name: 'aws.cloudwatch', version: VERSION },
              metrics: [
                {
                  name: 'amazonaws.com/AWS/ApplicationELB/TargetResponseTime',
                  unit: 'Seconds',
                  summary: {
                    dataPoints: [
                      {
                        timeUnixNano: '1769903940000000000',
                        count: '877130197',
                        sum: 15,
                        quantileValues: [
                          { value: 0.25 },
                          { quantile: 0.5, value: 0.5 },
                          { quantile: 0.99, value: 0.75 },
                          { quantile: 1, value: 0.875 },
                        ],
                        attributes: [
                          text('Namespace', 'AWS/ApplicationELB'),
                          text('MetricName', 'TargetResponseTime'),
                          text(
                            'Dimensions',
                            '{"LoadBalancer":"app/shop/fedcba9876543210","TargetGroup":"targetgroup/web/0123456789abcdef"}',
                          ),
                          text(
                            'cloud.resource_id',
                            'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/fedcba9876543210',
                          ),
                        ],
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    });
    expect({ records, filtered, rejected, newestMs }).toEqual({
      records: 1,
      filtered: 0,
      rejected: [],
      newestMs: 1_769_903_940_000,
    });
  });

  test('is never merged with another, not even of the same series and time', () => {
    const line = datumLine();
    expect(pointsIn([line, line, line])).toHaveLength(3);
  });

  test('may have its members in any order, unknown ones, and space between them', () => {
    const expected = pointIn(datumLine());
    const members = Object.entries(JSON.parse(datumLine()) as object).toReversed();
    expect(pointIn(JSON.stringify(Object.fromEntries(members)))).toEqual(expected);
    expect(pointIn(datumLine({ version: 2, tags: { a: [1, { b: null }] } }))).toEqual(expected);
    expect(
      pointIn(` ${JSON.stringify(JSON.parse(datumLine()), null, '\t').replaceAll('\n', ' \r')}\t`),
    ).toEqual(expected);
  });
});

describe('time', () => {
  test.each([
    ['1769903940123', '1769903940123000000'],
    ['1600000000001', '1600000000001000000'],
    ['1.769903940999E12', '1769903940999000000'],
    ['1769903940123.9', '1769903940123000000'],
    ['1000000000000', '1000000000000000000'],
    ['9999999999999', '9999999999999000000'],
    ['18446744073709', '18446744073709000000'],
  ])('%s ms is %s ns, exactly', (timestamp, nanoseconds) => {
    const line = datumLine().replace(String(TIMESTAMP), timestamp);
    expect(pointIn(line).timeUnixNano).toBe(nanoseconds);
  });

  test('of the newest datum is known, whatever the order', () => {
    const lines = [5, 9, 7].map((ms) => datumLine({ timestamp: TIMESTAMP + ms }));
    const bad = datumLine({ timestamp: TIMESTAMP + 60_000, value: {} });
    expect(encode([...lines, bad]).newestMs).toBe(TIMESTAMP + 9);
    expect(encode([bad]).newestMs).toBeUndefined();
  });
});

describe('count and sum', () => {
  test.each([
    ['0', '0'],
    ['-0.0', '0'],
    ['3.0', '3'],
    ['8.77130197E8', '877130197'],
    ['2.4', '2'],
    ['2.5', '3'],
    ['3.5', '4'],
    ['0.49999999999999994', '0'],
    ['4294967296', '4294967296'],
    ['9007199254740993', '9007199254740992'],
    ['1.8446744073709550E19', '18446744073709549568'],
  ])('count %s is %s', (count, expected) => {
    expect(pointIn(datumLine().replace('"count":3', `"count":${count}`)).summary?.count).toBe(expected);
  });

  test.each(['0.0', '-12.75', '1.7976931348623157E308', '4.9E-324', '60.058357'])(
    'sum %s is sent as it is',
    (sum) => {
      expect(pointIn(datumLine().replace('"sum":7.5', `"sum":${sum}`)).summary?.sum).toBe(Number(sum));
    },
  );
});

describe('quantiles', () => {
  test.each([
    ['p99.9', 0.999],
    ['p99.99', 0.9999],
    ['p99.999', 0.99999],
    ['p0.1', 0.001],
    ['p5', 0.05],
    ['p05', 0.05],
    ['p7', 0.07],
    ['p58', 0.58],
    ['p99.9999999999', 0.999999999999],
  ])('%s is exactly %d', (key, quantile) => {
    expect(quantilesOf(lineWithValue({ [key]: 2 }))).toEqual([
      [0, 1],
      [quantile, 2],
      [1, 4],
    ]);
  });

  test('ascend, whatever their order in the datum', () => {
    const line = lineWithValue({ 'p99.9': 3.9, p10: 1.1, p99: 3.5, p50: 2 });
    expect(quantilesOf(line)).toEqual([
      [0, 1],
      [0.1, 1.1],
      [0.5, 2],
      [0.99, 3.5],
      [0.999, 3.9],
      [1, 4],
    ]);
  });

  test('that differ only in how they are written count once, the first of them', () => {
    expect(quantilesOf(lineWithValue({ p05: 1.2, p5: 1.1, 'p5.0': 1.3 }))).toEqual([
      [0, 1],
      [0.05, 1.2],
      [1, 4],
    ]);
  });

  test('at the ends are minimum and maximum, before p0 and p100', () => {
    const ends = { p0: 1.5, p100: 3.5, 'p100.0': 3.6, 'p0.0': 1.6 };
    expect(quantilesOf(lineWithValue(ends))).toEqual([
      [0, 1],
      [1, 4],
    ]);
    expect(quantilesOf(lineWithValue({ ...ends, min: undefined, max: undefined }))).toEqual([
      [0, 1.5],
      [1, 3.5],
    ]);
  });

  test.each([
    [{ min: undefined }, [[1, 4]]],
    [{ max: undefined }, [[0, 1]]],
    [{ min: null, max: null }, []],
    [
      { p50: null },
      [
        [0, 1],
        [1, 4],
      ],
    ],
  ])('are left out where they are missing: %j', (statistics, expected) => {
    expect(quantilesOf(lineWithValue(statistics))).toEqual(expected);
  });
});
