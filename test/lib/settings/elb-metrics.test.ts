import { describe, expect, test } from 'vitest';
import { ELB_METRICS } from '../../../lib/settings/elb-metrics.ts';

const POLLED_BY_THE_RECIPE = `ActiveConnectionCount AnomalousHostCount ConsumedLCUs
  DesyncMitigationMode_NonCompliant_Request_Count ForwardedInvalidHeaderRequestCount HTTPCode_ELB_4XX_Count
  HTTPCode_ELB_502_Count HTTPCode_ELB_503_Count HTTPCode_ELB_504_Count HTTPCode_ELB_5XX_Count HTTPCode_Target_2XX_Count
  HTTPCode_Target_3XX_Count HTTPCode_Target_4XX_Count HTTP_Fixed_Response_Count HealthyHostCount HealthyStateDNS
  HealthyStateRouting MitigatedHostCount NewConnectionCount PeakLCUs ProcessedBytes RequestCount RequestCountPerTarget
  RuleEvaluations TargetConnectionErrorCount TargetResponseTime UnHealthyHostCount UnhealthyRoutingRequestCount
  UnhealthyStateDNS UnhealthyStateRouting`.split(/\s+/);
const READ_BY_DASHBOARDS_TOO = `GrpcRequestCount HTTPCode_ELB_3XX_Count HTTPCode_ELB_500_Count
  HTTPCode_Target_5XX_Count IPv6RequestCount RejectedConnectionCount`.split(/\s+/);

const metric = (name: string) => ELB_METRICS.find((one) => one.name === name);
const isPublishedBy = (name: string, ...dimensions: string[]): boolean =>
  metric(name)?.dimensions.some(
    (set) => set.length === dimensions.length && dimensions.every((one) => set.includes(one)),
  ) ?? false;

describe('the metrics of Application Load Balancers', () => {
  test('hold what the recipe polls and what dashboards and alerts read beside it, each once', () => {
    const names = ELB_METRICS.map(({ name }) => name);

    expect(POLLED_BY_THE_RECIPE).toHaveLength(30);
    expect(names.toSorted()).toEqual([...POLLED_BY_THE_RECIPE, ...READ_BY_DASHBOARDS_TOO].toSorted());
  });

  test('show why the recipe misses 14 of its 30: they are not published by zone, load balancer and target group at once', () => {
    const missed = POLLED_BY_THE_RECIPE.filter(
      (name) => !isPublishedBy(name, 'TargetGroup', 'AvailabilityZone', 'LoadBalancer'),
    );

    expect(missed).toHaveLength(14);
    expect(missed).toContain('ProcessedBytes');
  });

  test.each(ELB_METRICS)(
    'say where $name is documented, by which dimensions, each set once',
    ({ dimensions, source }) => {
      expect(source).toMatch(
        /^https:\/\/docs\.aws\.amazon\.com\/elasticloadbalancing\/.*#[a-z-]+-metric-table$/,
      );
      expect(dimensions.flat()).toSatisfy((names: string[]) =>
        names.every((name) => ['AvailabilityZone', 'LoadBalancer', 'TargetGroup'].includes(name)),
      );
      expect(new Set(dimensions.map((set) => set.toSorted().join()))).toHaveLength(dimensions.length);
    },
  );

  test.each(
    ELB_METRICS.filter(({ name }) => /Count|Bytes|Evaluations/.test(name) && !name.endsWith('HostCount')),
  )('sum $name, which is a count', ({ statistics }) => {
    expect(statistics).toEqual(['Sum']);
  });

  test.each(ELB_METRICS.filter(({ name }) => /HostCount$|State/.test(name)))(
    'never sum $name, which is a state seen by several nodes',
    ({ statistics }) => {
      expect(statistics).not.toContain('Sum');
    },
  );

  test('take the average and percentiles of times', () => {
    expect(metric('TargetResponseTime')?.statistics).toEqual(['Average', 'p50', 'p90', 'p95', 'p99']);
  });

  test.each(ELB_METRICS)(
    'ask for five statistics of $name at most, which CloudWatch charges as one',
    ({ statistics }) => {
      expect(statistics.length).toBeGreaterThan(0);
      expect(statistics.length).toBeLessThanOrEqual(5);
    },
  );
});
