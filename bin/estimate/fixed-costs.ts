import { EMF_METRICS } from '../../lambdas/forwarding/ledger.ts';
import { HOURS_PER_MONTH } from '../../lib/prices.ts';
import type { StackSettings } from '../../lib/settings.ts';
import { lambdaGbSeconds, type LineBytes } from '../shared/measured.ts';
import { objectRequests, type Quantities } from './item.ts';
import { sumBy } from './sum-by.ts';
import type { MetricUsage, Usage } from './usage.ts';

/** Metrics that the alarms of a pipeline read, of the logs' one more with `logSilenceHours`. */
const ALARM_METRICS = { metrics: 12, logs: 7 } as const;

const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;
const MIB = 2 ** 20;

/** Lambda polls a queue with five connections, each for up to 20 seconds: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const POLLS_PER_MONTH = 5 * (SECONDS_PER_MONTH / 20);

export interface FixedCosts {
  readonly name: string;
  readonly region: string | undefined;
  readonly quantities: Quantities;
}

/** Billed amounts that depend on the settings, and hardly on how much there is to forward: those of each region's stack. */
export const fixedQuantities = (
  { metrics, logs }: Usage,
  streamed: readonly MetricUsage[],
  pointBytes: LineBytes,
  settings: StackSettings,
): readonly FixedCosts[] => {
  const found = new Set([...metrics, ...logs].map(({ region }) => region));
  const regions = settings.regions ?? (found.size > 0 ? [...found] : [undefined]);
  return regions.flatMap((region) => {
    const own = streamed.filter((metric) => metric.region === (regions.length > 1 ? region : metric.region));
    return [
      ...(settings.metrics
        ? [
            { name: 'metrics pipeline', region, quantities: pipeline(ALARM_METRICS.metrics, settings) },
            { name: 'objects of the stream', region, quantities: streamObjects(own, pointBytes, settings) },
          ]
        : []),
      ...(settings.albLogs
        ? [
            {
              name: 'logs pipeline',
              region,
              quantities: {
                ...pipeline(
                  ALARM_METRICS.logs + (settings.logSilenceHours ? 1 : 0),
                  settings,
                  filters(settings),
                ),
                ...gauges(objectsOf(logs, region), settings),
              },
            },
          ]
        : []),
      {
        name: settings.dashboard ? 'secret and dashboard' : 'secret',
        region,
        quantities: { perSecret: 1, perDashboard: settings.dashboard ? 1 : 0 },
      },
    ];
  });
};

/** `RecordsUntagged` is reported only where tags are sent, `RecordsFiltered` only where records are left out. */
const pipeline = (alarmMetrics: number, { resourceTags }: StackSettings, isFiltered = false): Quantities => ({
  perOwnMetric: Object.keys(EMF_METRICS).length + (resourceTags.length > 0 ? 1 : 0) + (isFiltered ? 1 : 0),
  perAlarmMetric: alarmMetrics,
  perMillionSqsRequests: POLLS_PER_MONTH,
});

/** Whether the settings leave log records out. */
const filters = ({ albSkipStatus, albSkipPath, albSkipUserAgent, albSampleRate }: StackSettings): boolean =>
  albSkipStatus.length > 0 ||
  albSkipPath !== undefined ||
  albSkipUserAgent !== undefined ||
  albSampleRate < 1;

const objectsOf = (logs: Usage['logs'], region: string | undefined): number =>
  sumBy(logs, (log) => (log.region === region ? log.objects : 0));

/** The forwarder's own gauges: two points after an object, at most each minute. */
const gauges = (objects: number, { ownMetrics }: StackSettings): Quantities => ({
  perMillionScoutMetricPoints: ownMetrics ? 2 * Math.min(objects, SECONDS_PER_MONTH / 60) : 0,
});

/** Firehose writes an object when its time or its size is reached. */
const streamObjects = (
  metrics: readonly MetricUsage[],
  { written }: LineBytes,
  settings: StackSettings,
): Quantities => {
  const { firehoseBufferSeconds, firehoseBufferMiB } = settings;
  const updates = sumBy(metrics, ({ updates }) => updates);
  const byTime = SECONDS_PER_MONTH / Math.max(firehoseBufferSeconds, 1);
  const bySize = (updates * written) / (firehoseBufferMiB * MIB);
  const objects = Math.min(updates, Math.max(byTime, bySize));
  return {
    ...objectRequests(objects),
    ...gauges(objects, settings),
    perLambdaGbSecond: lambdaGbSeconds(0, objects, settings.metricMemory),
  };
};
