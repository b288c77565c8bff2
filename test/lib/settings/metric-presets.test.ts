import { describe, expect, test } from 'vitest';
import { ELB_METRICS } from '../../../lib/settings/elb-metrics.ts';
import { METRIC_PRESETS } from '../../../lib/settings/metric-presets.ts';

describe('the metric presets', () => {
  test('offer for load balancers the very metrics that polling asks for', () => {
    expect(METRIC_PRESETS['alb']).toEqual([
      { namespace: 'AWS/ApplicationELB', metricNames: ELB_METRICS.map(({ name }) => name) },
    ]);
  });

  test.each(['rds', 'lambda', 'sqs', 'ecs', 'dynamodb', 'ec2'])('offer %s', (name) => {
    expect(METRIC_PRESETS).toHaveProperty(name);
  });

  test.each(Object.entries(METRIC_PRESETS).filter(([name]) => name !== 'alb'))(
    'name whole namespaces for %s',
    (_, selections) => {
      expect(selections.length).toBeGreaterThan(0);
      for (const { namespace, metricNames } of selections) {
        expect(namespace).toMatch(/^(?:AWS|ECS)\/\w+$|^ContainerInsights$/);
        expect(metricNames).toBeUndefined();
      }
    },
  );

  test('name a namespace once', () => {
    const namespaces = Object.values(METRIC_PRESETS).flatMap((selections) =>
      selections.map(({ namespace }) => namespace),
    );

    expect(new Set(namespaces)).toHaveLength(namespaces.length);
  });
});
