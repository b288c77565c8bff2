import { encoderFor } from './encoder.ts';
import type { BatchLimits, Encoded, Encoder } from '../../../lambdas/format.ts';
import { metricStreamFormat } from '../../../lambdas/metric-stream/format.ts';
import type { MetricSettings, ResourceSettings } from '../../../lambdas/function-settings.ts';
import {
  type Attributes,
  type Scope,
  attributesOf,
  decodeMetrics,
  metricsOf,
} from '../../../bin/local/emulators/scout/otlp.ts';

export const RESOURCE: ResourceSettings = {
  environment: 'staging',
  serviceName: undefined,
  attributes: {},
};
export const METRICS: MetricSettings = { units: 'cloudwatch', dimensionAttributes: false };
export const LIMITS: BatchLimits = { records: 10_000, bytes: 4 * 1024 * 1024 };
export const TIMESTAMP = 1_769_903_940_000;

interface Options {
  readonly metrics?: Partial<MetricSettings>;
  readonly resource?: Partial<ResourceSettings>;
  readonly limits?: Partial<BatchLimits>;
}

/** A data point as the official .proto files decode it, with all that it came in; 0 and '' where the wire has none. */
export interface DecodedPoint {
  readonly resource: Attributes;
  readonly scope: Scope;
  readonly name: string;
  readonly unit: string;
  readonly attributes: Attributes;
  readonly timeUnixNano: string | undefined;
  readonly summary?: {
    readonly count: string;
    readonly sum: number;
    /** Quantile and value. */
    readonly quantiles: readonly (readonly [number, number])[];
  };
  readonly gauge?: number | undefined;
}

/** A datum as CloudWatch would write it; a member that is undefined is left out. */
export const datum = (members: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  metric_stream_name: 'to-scout',
  account_id: '123456789012',
  region: 'eu-west-1',
  namespace: 'AWS/EC2',
  metric_name: 'CPUUtilization',
  dimensions: { InstanceId: 'i-0123456789abcdef0' },
  timestamp: TIMESTAMP,
  value: { max: 4, min: 1, sum: 7.5, count: 3 },
  unit: 'Percent',
  ...members,
});

export const datumLine = (members?: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(datum(members));

/** A datum whose `value` has these members besides sum, count, minimum and maximum. */
export const lineWithValue = (statistics: Readonly<Record<string, unknown>>): string =>
  datumLine({ value: { max: 4, min: 1, sum: 7.5, count: 3, ...statistics } });

export const newEncoder = ({ metrics, resource, limits }: Options = {}): Encoder =>
  encoderFor(
    metricStreamFormat({ metrics: { ...METRICS, ...metrics }, resource: { ...RESOURCE, ...resource } }),
    { bucket: 'logs.example.com', key: 'metrics/x' },
    0,
    { ...LIMITS, ...limits },
  );

/** Adds a line from amid other bytes, as it comes from a block. */
export const add = (encoder: Encoder, line: string | Uint8Array, lineNumber = 1, cut = false): boolean => {
  const bytes = Buffer.concat([Buffer.from('}\n{'), Buffer.from(line), Buffer.from('}\n{')]);
  return encoder.add(bytes, 3, bytes.length - 3, lineNumber, cut);
};

/** Result of lines that all fit in one request. */
export const encode = (lines: readonly (string | Uint8Array)[], options: Options = {}): Encoded => {
  const encoder = newEncoder(options);
  lines.forEach((line, index) => {
    if (!add(encoder, line, index + 1)) throw new Error(`line ${index + 1} does not fit`);
  });
  return encoder.take();
};

export const pointsOf = (request: Uint8Array): readonly DecodedPoint[] =>
  metricsOf(decodeMetrics(request)).flatMap(({ resource, scope, metric }) => {
    const common = { resource, scope, name: metric.name ?? '', unit: metric.unit ?? '' };
    const summaries = (metric.summary?.dataPoints ?? []).map((point) => ({
      ...common,
      attributes: attributesOf(point.attributes),
      timeUnixNano: point.timeUnixNano,
      summary: {
        count: point.count ?? '0',
        sum: point.sum ?? 0,
        quantiles: (point.quantileValues ?? []).map(
          ({ quantile = 0, value = 0 }) => [quantile, value] as const,
        ),
      },
    }));
    const gauges = (metric.gauge?.dataPoints ?? []).map((point) => ({
      ...common,
      attributes: attributesOf(point.attributes),
      timeUnixNano: point.timeUnixNano,
      gauge: point.asDouble ?? 0,
    }));
    return [...summaries, ...gauges];
  });

/** The data points of lines that are all good. */
export const pointsIn = (lines: readonly string[], options: Options = {}): readonly DecodedPoint[] => {
  const { request, rejected } = encode(lines, options);
  if (rejected.length > 0) throw new Error(rejected.map(({ reason }) => reason).join());
  return pointsOf(request);
};

/** The only data point of a line. */
export const pointIn = (line: string, options: Options = {}): DecodedPoint => {
  const [point, ...others] = pointsIn([line], options);
  if (point === undefined || others.length > 0) throw new Error(`${others.length + 1} data points`);
  return point;
};
