import { costOf, HOURS_PER_MONTH } from '../../../lib/prices.ts';
import { percentile } from '../details.ts';
import type { MetricSummary, RequestSummary } from '../scout-summary.ts';
import type { Namespace, Series } from './result.ts';

/** Requests per minute by class of status. */
export const requestsByStatus = (requests: readonly RequestSummary[]): Series =>
  byMinute(
    requests,
    ({ status }) => status,
    (some) => some.reduce((sum, { count }) => sum + count, 0),
  );

/** The 95th percentile of target_processing_time per minute, in milliseconds, by target group. */
export const latencyByTargetGroup = (requests: readonly RequestSummary[]): Series =>
  byMinute(
    requests.filter(({ latencies }) => latencies.length > 0),
    ({ targetGroup }) => targetGroup,
    (some) => {
      const latencies = some.flatMap(({ latencies }) => latencies).toSorted((a, b) => a - b);
      return percentile(latencies, 0.95) * 1000;
    },
  );

const byMinute = (
  requests: readonly RequestSummary[],
  nameOf: (request: RequestSummary) => string,
  valueOf: (requests: readonly RequestSummary[]) => number,
): Series => {
  const minutes = [...new Set(requests.map(({ minuteMs }) => minuteMs))].toSorted((a, b) => a - b);
  const groups = [...Map.groupBy(requests, nameOf)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    minutes: minutes.map((ms) => ms / 1000),
    rows: groups.map(([name, own]) => {
      const inMinute = Map.groupBy(own, ({ minuteMs }) => minuteMs);
      return {
        name,
        values: minutes.map((minute) => {
          const some = inMinute.get(minute);
          return some === undefined ? null : valueOf(some);
        }),
      };
    }),
  };
};

/** Metrics and data points by namespace, the one with most points first. */
export const namespacesOf = (
  metrics: readonly MetricSummary[],
  hours: number | undefined,
): readonly Namespace[] =>
  [...Map.groupBy(metrics, ({ namespace }) => namespace)]
    .map(([name, own]) => {
      const points = own.reduce((sum, metric) => sum + metric.points, 0);
      return {
        name,
        metrics: own.length,
        points,
        ...(hours !== undefined && {
          scoutPerMonth: (costOf('perMillionScoutMetricPoints', points) * HOURS_PER_MONTH) / hours,
        }),
      };
    })
    .toSorted((a, b) => b.points - a.points);
