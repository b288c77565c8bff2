import type { Pipeline } from '../function-settings.ts';
import { encodeAttribute, encodeResource, encodeScope } from '../otlp/common.ts';
import { POINT_ATTRIBUTE, writeNumberPoint } from '../otlp/data-points.ts';
import { encodeMetric } from '../otlp/metric.ts';
import { metricsRequest } from '../otlp/metrics.ts';
import { type AwsSource, resourceAttributes } from '../otlp/resource.ts';
import { VERSION } from '../version.ts';
import type { Dependencies } from './dependencies.ts';
import type { InvocationMetrics } from './ledger.ts';
import { BOOKKEEPING_MS, OWN_METRICS_MS } from './limits.ts';

/** The service and the instrumentation scope of the gauges. */
export const OWN_NAME = 'scout-forwarder';

const RECORDS = encodeMetric('records', 'gauge', 'scout.forwarder.records', '{record}');
const LAG = encodeMetric('lag', 'gauge', 'scout.forwarder.lag', 's');
const LIMITS = { records: 2, bytes: 64 * 1024 };

/** The invocation that the gauges are sent in. */
export interface OwnMetricsCall {
  /** `arn:aws:lambda:<region>:<account>:function:<name>`; unknown outside AWS. */
  readonly functionArn: string | undefined;
  /** Milliseconds until Lambda stops the function. */
  readonly remainingMs: () => number;
}

/**
 * Gauges about the forwarder itself: records delivered since the last points, and the largest delivery lag among them in
 * seconds. Sent after an invocation that delivered something, once a minute at most, with one try: Scout has just
 * accepted data, so this is short. Never throws, and is in no ledger.
 */
export const createOwnMetrics = (pipeline: Pipeline, dependencies: Dependencies) => {
  const { settings, scout, now, monotonicNow } = dependencies;
  const attributes = encodeAttribute(POINT_ATTRIBUTE, 'pipeline', pipeline);
  let records = 0;
  let lag: number | undefined;
  let sentAt = -Infinity;

  const encode = (source: AwsSource): Uint8Array => {
    const request = metricsRequest(encodeScope(OWN_NAME, VERSION));
    const ofForwarder = resourceAttributes(settings.resource, source, OWN_NAME);
    const resource = { key: OWN_NAME, content: encodeResource(ofForwarder) };
    writeNumberPoint(request.points, now(), records);
    request.stage(resource, RECORDS, attributes);
    if (lag !== undefined) {
      writeNumberPoint(request.points, now(), lag);
      request.stage(resource, LAG, attributes);
    }
    request.commit(LIMITS);
    return request.finish().request;
  };

  return async (
    { RecordsDelivered, DeliveryLag }: InvocationMetrics,
    { functionArn = '', remainingMs }: OwnMetricsCall,
  ): Promise<void> => {
    if (!settings.ownMetrics || RecordsDelivered === 0) return;
    records += RecordsDelivered;
    if (DeliveryLag !== undefined) lag = Math.max(lag ?? 0, DeliveryLag);
    const isDue = monotonicNow() - sentAt >= OWN_METRICS_MS.interval;
    if (!isDue || remainingMs() < BOOKKEEPING_MS + OWN_METRICS_MS.timeout) return;
    sentAt = monotonicNow();
    try {
      const [, , , region, account] = functionArn.split(':');
      const body = await scout.compress(encode({ account, region }));
      const { outcome } = await scout.export('/v1/metrics', body, {
        retryInPlace: false,
        deadline: sentAt + OWN_METRICS_MS.timeout,
        leastMs: 1,
        keepsToken: true,
      });
      if (outcome.type !== 'accepted') {
        console.warn({ message: 'own metrics not sent', reason: outcome.reason });
        return;
      }
      records = 0;
      lag = undefined;
    } catch (error) {
      console.warn({ message: 'own metrics not sent', reason: String(error) });
    }
  };
};
