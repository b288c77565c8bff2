import { ACCOUNT, REGION } from './alb-traffic.ts';
import type { Series } from './metric-series.ts';
import type { Random } from './random.ts';

/**
 * A line of a metric stream in JSON format, without its line end
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-metric-streams-formats-json.html).
 * `timestamp` is in milliseconds since the epoch.
 */
export const metricLine = (random: Random, series: Series, timestamp: number): string => {
  const { namespace, name, dimensions, unit } = series;
  const head = {
    metric_stream_name: 'to-scout',
    account_id: ACCOUNT,
    region: REGION,
    namespace,
    metric_name: name,
  };
  return `${JSON.stringify({ ...head, dimensions, timestamp }).slice(0, -1)},"value":${value(random, series)},"unit":"${unit}"}`;
};

/** A line that holds no metric: cut off, without a count, or with a number that JSON does not have. */
export const brokenLine = (random: Random, line: string): string =>
  random.pick([
    line.slice(0, 60 + random.below(60)),
    line.replace(/,"count":[^,}]*/, ''),
    line.replace(/"sum":[^,]*/, '"sum":NaN'),
  ]);

const value = (random: Random, { shape, unit, extraStatistics }: Series): string => {
  const count = Math.max(1, Math.round(random.logNormal(shape.count, shape.count > 1 ? 0.3 : 0)));
  if (shape.kind === 'counter') return numbers({ max: 1, min: 1, sum: count, count });

  const middle = random.logNormal(shape.median, shape.sigma / 3);
  const spread =
    count === 1 ? 1 : Math.exp(shape.sigma * Math.sqrt(2 * Math.log(count)) * (0.8 + random.next() / 3));
  const statistics = {
    max: unit === 'Percent' ? Math.min(100, middle * spread) : middle * spread,
    min: middle / spread,
    sum: middle * count * (count === 1 ? 1 : Math.exp(shape.sigma ** 2 / 2)),
    count,
  };
  if (!extraStatistics) return numbers(statistics);
  return numbers({
    ...statistics,
    p90: middle * Math.min(spread, Math.exp(1.2816 * shape.sigma)),
    p99: middle * Math.min(spread, Math.exp(2.3263 * shape.sigma)),
    'p99.9': middle * Math.min(spread, Math.exp(3.0902 * shape.sigma)),
    'TM(25%:75%)': middle * (0.98 + random.next() / 25),
  });
};

const numbers = (statistics: Readonly<Record<string, number>>): string =>
  `{${Object.entries(statistics)
    .map(([key, number]) => `"${key}":${javaDouble(number)}`)
    .join(',')}}`;

/** As Java writes a double, which is how the stream does: `3.0`, `8.77130197E8`, `1.2E-4`. */
export const javaDouble = (number: number): string => {
  const size = Math.abs(number);
  if (size === 0 || (size >= 1e-3 && size < 1e7)) {
    return Number.isInteger(number) ? `${number}.0` : `${number}`;
  }
  const [mantissa = '', exponent = ''] = number.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
};
