import { type Members, object, refuse, text } from './json-values.ts';

/**
 * The series that an object of a metric stream in JSON format belongs to, which all of its data repeat
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-metric-streams-formats-json.html).
 */
export interface Identity {
  /** Empty if missing. */
  readonly account: string;
  /** Empty if missing. */
  readonly region: string;
  readonly namespace: string;
  readonly metricName: string;
  /** In code-unit order of their names. */
  readonly dimensions: readonly Dimension[];
}

export type Dimension = readonly [name: string, value: string];

/** @throws Error that names the member which is wrong, the value it has, and what would be right. */
export const readIdentity = (datum: Members): Identity => ({
  account: text('account_id', datum['account_id'] ?? ''),
  region: text('region', datum['region'] ?? ''),
  namespace: name('namespace', datum['namespace']),
  metricName: name('metric_name', datum['metric_name']),
  dimensions: Object.entries(object('dimensions', datum['dimensions'] ?? NONE))
    .map(([name, value]): Dimension => [name, text(`dimension ${name}`, value)])
    .sort(([a], [b]) => (a < b ? -1 : 1)),
});

const NONE: Members = {};

const name = (member: string, value: unknown): string =>
  typeof value === 'string' && value !== '' ? value : refuse(member, value, 'text that is not empty');
