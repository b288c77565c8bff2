/** A list price. */
export interface Price {
  readonly dollars: number;
  /** How many units of what is billed cost that much. */
  readonly units: number;
  /** Billed amount, in words. */
  readonly of: string;
  readonly by: 'AWS' | 'Scout';
  /** Page of the price. */
  readonly source: string;
}

/** Month of the prices. */
export const PRICES_DATE = '2026-11';

/** Region of AWS's prices. */
export const PRICES_REGION = 'us-east-1';

/** Hours of a month, as AWS's own price examples count them. */
export const HOURS_PER_MONTH = 730;

const aws = (dollars: number, units: number, of: string, source: string): Price => ({
  dollars,
  units,
  of,
  by: 'AWS',
  source: `https://aws.amazon.com/${source}`,
});

const scout = (dollars: number, of: string): Price => ({
  dollars,
  units: 1e6,
  of,
  by: 'Scout',
  source: 'https://base14.io',
});

/** Every price that anything here is worked out with. AWS's are those of the first tier, without the free tier. */
export const PRICE_LIST = {
  perMillionScoutLogRecords: scout(0.25, 'log records'),
  perMillionScoutMetricPoints: scout(0.1, 'metric points'),
  perThousandMetricUpdates: aws(0.003, 1e3, 'metric-stream updates', 'cloudwatch/pricing/'),
  perGbOut: aws(0.09, 1e9, 'bytes out of AWS', 'ec2/pricing/on-demand/#Data_Transfer'),
  perFirehoseGb: aws(0.029, 1e9, 'bytes into Firehose', 'firehose/pricing/'),
  perLambdaGbSecond: aws(0.0000133334, 1, 'GB-seconds of Lambda (arm64)', 'lambda/pricing/'),
  perMillionLambdaRequests: aws(0.2, 1e6, 'invocations', 'lambda/pricing/'),
  perMillionS3Gets: aws(0.4, 1e6, 'S3 GET requests', 's3/pricing/'),
  perMillionS3Puts: aws(5, 1e6, 'S3 PUT requests', 's3/pricing/'),
  perS3GbMonth: aws(0.023, 1e9, 'bytes kept in S3', 's3/pricing/'),
  perMillionSqsRequests: aws(0.4, 1e6, 'SQS requests', 'sqs/pricing/'),
  perLogsGb: aws(0.5, 1e9, 'bytes into CloudWatch Logs', 'cloudwatch/pricing/'),
  perOwnMetric: aws(0.3, 1, 'custom metrics', 'cloudwatch/pricing/'),
  perAlarmMetric: aws(0.1, 1, 'metrics of alarms', 'cloudwatch/pricing/'),
  perDashboard: aws(3, 1, 'dashboards after the third', 'cloudwatch/pricing/'),
  perSecret: aws(0.4, 1, 'secrets', 'secrets-manager/pricing/'),
  perThousandMetricsRead: aws(0.01, 1e3, 'metrics read with GetMetricData', 'cloudwatch/pricing/'),
} as const satisfies Readonly<Record<string, Price>>;

export type PriceName = keyof typeof PRICE_LIST;

/** Dollars by the price's name. */
export type Prices = Readonly<Record<PriceName, number>>;

export const PRICES: Prices = Object.fromEntries(
  Object.entries(PRICE_LIST).map(([name, { dollars }]) => [name, dollars]),
) as Prices;

/** Scout's price of what a pipeline sends. */
export const PRICE_OF_RECORDS = {
  logs: 'perMillionScoutLogRecords',
  metrics: 'perMillionScoutMetricPoints',
} as const;

/** Dollars for so many units. */
export const costOf = (name: PriceName, quantity: number, prices: Prices = PRICES): number =>
  (quantity / PRICE_LIST[name].units) * prices[name];

/** `$12.34`, `under $0.01`; from $1,000 on without cents: `$1,234`. */
export const money = (dollars: number): string => {
  if (dollars > 0 && dollars < 0.005) return 'under $0.01';
  const digits = dollars >= 999.5 ? 0 : 2;
  return `$${dollars.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
};
