import { expect, test } from 'vitest';
import { openReceived } from '../../../bin/local/scout-summary.ts';
import type { KeyValue, LogRecord } from '../../../bin/local/emulators/scout/otlp.ts';

const attributes = (values: Readonly<Record<string, string>>): readonly KeyValue[] =>
  Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));

const logs = (...logRecords: readonly LogRecord[]) => ({
  stored: true,
  logs: { resourceLogs: [{ scopeLogs: [{ scope: SCOPE, logRecords }] }] },
});

const SCOPE = { name: 'aws.alb', attributes: attributes({ 'aws.s3.key': 'a.log' }) };

const ARN = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/orders/d4b8f0127c3e95a6';

test('requests are summed up by target group and class of status, by AWS’s names and by semantic conventions', () => {
  const received = openReceived();
  const aws = { elb_status_code: '502', target_group_arn: ARN, target_processing_time: '0.25' };
  const semconv: readonly KeyValue[] = [
    { key: 'http.response.status_code', value: { intValue: '503' } },
    { key: 'aws.elb.target_group_arn', value: { stringValue: ARN } },
  ];
  received.add(logs({ attributes: attributes(aws) }, { attributes: semconv }));
  expect([...received.requests.values()]).toEqual([
    { minuteMs: 0, targetGroup: 'orders', status: '5xx', count: 2, latencies: [0.25] },
  ]);
});

test('lines that came unparsed are listed with their place', () => {
  const received = openReceived();
  received.add(
    logs({
      body: { stringValue: 'prose' },
      attributes: attributes({ 'error.type': 'unparsable_line', 'log.record.uid': 'ab:7' }),
    }),
  );
  expect(received).toMatchObject({
    records: 1,
    unreadable: [{ key: 'a.log', lineNumber: 7, text: 'prose' }],
    requests: new Map(),
  });
});

test('a metric’s points are added up, a minimum of 0 that is not on the wire included', () => {
  const received = openReceived();
  const names = attributes({ Namespace: 'AWS/EC2', MetricName: 'CPUUtilization' });
  const point = (count: string, sum: number, max: number) => ({
    attributes: names,
    count,
    sum,
    quantileValues: [{}, { quantile: 0.99, value: 18 }, { quantile: 1, value: max }],
  });
  const metric = { unit: 'Percent', summary: { dataPoints: [point('2', 30, 20), point('1', 60, 60)] } };
  received.add({
    stored: true,
    metrics: { resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] },
  });
  expect([...received.metrics.values()]).toEqual([
    {
      namespace: 'AWS/EC2',
      name: 'CPUUtilization',
      unit: 'Percent',
      points: 2,
      samples: 3,
      sum: 90,
      min: 0,
      max: 60,
      p99: 18,
    },
  ]);
});

test('what Scout did not store does not count', () => {
  const received = openReceived();
  received.add({ ...logs({}), stored: false });
  expect(received.records).toBe(0);
});

test('a point with percentiles counts as two updates, since CloudWatch bills it so', () => {
  const received = openReceived();
  const dataPoints = [
    { quantileValues: [{ quantile: 0 }, { quantile: 0.5 }, { quantile: 0.99 }, { quantile: 1 }] },
    { quantileValues: [{ quantile: 0 }, { quantile: 1 }] },
  ];
  const metrics = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ summary: { dataPoints } }] }] }] };
  received.add({ stored: true, metrics });
  expect(received.updates).toBe(3);
});

test('points of the gauges of the forwarder itself are counted apart from the records', () => {
  const received = openReceived();
  const gauge = { dataPoints: [{ asDouble: 10 }] };
  const scopeMetrics = [
    { scope: { name: 'scout-forwarder' }, metrics: [{ name: 'scout.forwarder.records', gauge }] },
  ];
  received.add({ stored: true, metrics: { resourceMetrics: [{ scopeMetrics }] } });
  expect(received).toMatchObject({ records: 0, ownPoints: 1, metrics: new Map() });
});
