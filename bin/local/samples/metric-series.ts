import type { Random } from './random.ts';

/** One series that CloudWatch would stream: a metric of a resource. */
export interface Series {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly shape: Shape;
  /** Whether the stream sends statistics besides the four that it always sends. */
  readonly extraStatistics: boolean;
}

/** How the values of a metric lie; `count` is how many samples a minute holds. */
export type Shape =
  | { readonly kind: 'gauge'; readonly median: number; readonly sigma: number; readonly count: number }
  /** Every sample is 1, as in RequestCount. */
  | { readonly kind: 'counter'; readonly count: number };

const gauge = (median: number, sigma = 0.5, count = 1): Shape => ({ kind: 'gauge', median, sigma, count });
const counter = (count: number): Shape => ({ kind: 'counter', count });

type MetricTable = readonly (readonly [name: string, unit: string, shape: Shape, extra?: 'extra'])[];

interface Service {
  readonly namespace: string;
  /** Resources in an account of size 1. */
  readonly resources: number;
  readonly dimensions: (random: Random, index: number) => Readonly<Record<string, string>>;
  readonly metrics: MetricTable;
}

/** Every series of a made-up account; `size` multiplies its resources. */
export const accountSeries = (random: Random, size = 1): readonly Series[] =>
  SERVICES.flatMap(({ namespace, resources, dimensions, metrics }) =>
    Array.from({ length: resources * size }, (_, index) => dimensions(random, index)).flatMap((dimensions) =>
      metrics.map(([name, unit, shape, extra]) => ({
        namespace,
        name,
        dimensions,
        unit,
        shape,
        extraStatistics: extra === 'extra',
      })),
    ),
  );

const QUEUES = ['orders', 'mail', 'thumbnails', 'audit'];
const FUNCTIONS = ['resize-image', 'send-mail', 'price-feed', 'audit-writer'];
const TABLES = ['carts', 'sessions', 'prices'];
const SERVICE_NAMES = ['storefront', 'checkout', 'search'];
const BUCKETS = ['example-assets', 'example-exports'];

/** A name from the list; past its end, the same names numbered on. */
const named = (names: readonly string[], index: number): string => {
  const name = names[index % names.length] ?? '';
  return index < names.length ? name : `${name}-${Math.floor(index / names.length)}`;
};

/** Namespaces, dimensions and units as AWS documents them for each service. */
const SERVICES: readonly Service[] = [
  {
    namespace: 'AWS/EC2',
    resources: 8,
    dimensions: (random) => ({ InstanceId: `i-0${random.hex(16)}` }),
    metrics: [
      ['CPUUtilization', 'Percent', gauge(14, 0.8, 5)],
      ['NetworkIn', 'Bytes', gauge(900_000, 1.2, 5)],
      ['NetworkOut', 'Bytes', gauge(2_600_000, 1.2, 5)],
      ['EBSReadOps', 'Count', gauge(40, 1, 5)],
      ['CPUCreditBalance', 'Count', gauge(288, 0.1)],
      ['StatusCheckFailed', 'Count', gauge(0)],
    ],
  },
  {
    namespace: 'AWS/EBS',
    resources: 8,
    dimensions: (random) => ({ VolumeId: `vol-0${random.hex(16)}` }),
    metrics: [
      ['VolumeWriteBytes', 'Bytes', gauge(16_384, 1.5, 60)],
      ['VolumeIdleTime', 'Seconds', gauge(57, 0.02)],
      ['BurstBalance', 'Percent', gauge(99, 0.01)],
    ],
  },
  {
    namespace: 'AWS/ApplicationELB',
    resources: 6,
    dimensions: (random, index) => ({
      TargetGroup: `targetgroup/${named(SERVICE_NAMES, index)}/${random.hex(16)}`,
      AvailabilityZone: `us-east-1${'abc'[index % 3]}`,
      LoadBalancer: `app/shop-web/5d1f0a9c37be2468`,
    }),
    metrics: [
      ['RequestCount', 'Count', counter(4200)],
      ['TargetResponseTime', 'Seconds', gauge(0.045, 0.9, 4200), 'extra'],
      ['HTTPCode_Target_2XX_Count', 'Count', counter(3900)],
      ['HTTPCode_Target_5XX_Count', 'Count', counter(6)],
      ['HealthyHostCount', 'Count', gauge(4, 0, 2)],
    ],
  },
  {
    namespace: 'AWS/Lambda',
    resources: 4,
    dimensions: (_, index) => ({ FunctionName: named(FUNCTIONS, index) }),
    metrics: [
      ['Duration', 'Milliseconds', gauge(120, 0.9, 240), 'extra'],
      ['Invocations', 'Count', counter(240)],
      ['Errors', 'Count', gauge(0, 0, 240)],
      ['ConcurrentExecutions', 'Count', gauge(7, 0.4, 240)],
    ],
  },
  {
    namespace: 'AWS/SQS',
    resources: 4,
    dimensions: (_, index) => ({ QueueName: named(QUEUES, index) }),
    metrics: [
      ['ApproximateAgeOfOldestMessage', 'Seconds', gauge(3, 1)],
      ['ApproximateNumberOfMessagesVisible', 'Count', gauge(12, 1)],
      ['SentMessageSize', 'Bytes', gauge(1800, 0.6, 150)],
    ],
  },
  {
    namespace: 'AWS/RDS',
    resources: 2,
    dimensions: (_, index) => ({ DBInstanceIdentifier: named(['shop-primary', 'shop-replica'], index) }),
    metrics: [
      ['CPUUtilization', 'Percent', gauge(22, 0.4)],
      ['FreeableMemory', 'Bytes', gauge(8.2e9, 0.1)],
      ['ReadLatency', 'Seconds', gauge(0.0006, 0.7)],
      ['WriteThroughput', 'Bytes/Second', gauge(410_000, 0.9)],
      ['DatabaseConnections', 'Count', gauge(64, 0.2)],
    ],
  },
  {
    namespace: 'AWS/DynamoDB',
    resources: 3,
    dimensions: (_, index) => ({
      TableName: named(TABLES, index),
      Operation: index % 2 ? 'Query' : 'GetItem',
    }),
    metrics: [
      ['SuccessfulRequestLatency', 'Milliseconds', gauge(2.4, 0.5, 900), 'extra'],
      ['ReturnedItemCount', 'Count', gauge(11, 1, 900)],
    ],
  },
  {
    namespace: 'AWS/ECS',
    resources: 3,
    dimensions: (_, index) => ({ ServiceName: named(SERVICE_NAMES, index), ClusterName: 'shop' }),
    metrics: [
      ['CPUUtilization', 'Percent', gauge(35, 0.5, 6)],
      ['MemoryUtilization', 'Percent', gauge(61, 0.1, 6)],
    ],
  },
  {
    namespace: 'AWS/S3',
    resources: 2,
    dimensions: (_, index) => ({ BucketName: named(BUCKETS, index), StorageType: 'StandardStorage' }),
    metrics: [['BucketSizeBytes', 'Bytes', gauge(8.8e11, 0.01)]],
  },
  {
    namespace: 'Example/Shop',
    resources: 1,
    dimensions: () => ({}),
    metrics: [
      ['BasketValue', 'None', gauge(61, 0.8, 300), 'extra'],
      ['UploadSize', 'Megabytes', gauge(2.2, 0.9, 40)],
      ['DataRate', 'Megabits/Second', gauge(18, 0.6, 12)],
    ],
  },
];
