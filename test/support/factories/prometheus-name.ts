import { ELB_NAMESPACE } from '../../../lib/settings/elb-metrics.ts';

/** The name that the exporter gives to a metric's statistic: `RequestCount`, `Sum` → `aws_applicationelb_request_count_sum`. */
export const prometheusName = (metricName: string, statistic: string): string =>
  [ELB_NAMESPACE.replace('/', '_').toLowerCase(), snakeCase(metricName), snakeCase(statistic)].join('_');

const snakeCase = (name: string): string => name.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, '_').toLowerCase();
