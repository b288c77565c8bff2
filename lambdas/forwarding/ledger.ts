import type { Pipeline } from '../function-settings.ts';
import type { Encoded } from '../format.ts';
import type { Verdict } from './verdict.ts';

/** The account of a work item, in records decoded: `read` must be the sum of the four counts after it. */
export interface Ledger {
  read: number;
  delivered: number;
  /** Refused for good by the parser or by Scout, and stored. */
  rejected: number;
  /** Dropped by a setting. */
  filtered: number;
  /** Back to the queue, or to the dead-letter queue. */
  continued: number;
  /** Of the records read, those sent without tags since these were not read yet; absent without any. */
  untagged?: number;
  /** Compressed bytes posted, repeated ones too. */
  bytes: number;
  requests: number;
  /** Waits in place before another try. */
  retries: number;
  /** Time of the newest record read, in milliseconds since the epoch; 0 before there is one. */
  newestMs: number;
}

export const newLedger = (): Ledger => ({
  read: 0,
  delivered: 0,
  rejected: 0,
  filtered: 0,
  continued: 0,
  bytes: 0,
  requests: 0,
  retries: 0,
  newestMs: 0,
});

/** Enters what was read for a batch. It is counted here, not with the verdicts, so that a lost line shows. */
export const addBatch = (
  ledger: Ledger,
  { records, rejected, filtered, untagged = 0, newestMs = 0 }: Encoded,
): void => {
  if (untagged > 0) ledger.untagged = (ledger.untagged ?? 0) + untagged;
  ledger.read += records + rejected.length + filtered;
  ledger.newestMs = Math.max(ledger.newestMs, newestMs);
};

/** Enters the fate of some lines. */
export const addVerdict = (ledger: Ledger, verdict: Verdict): void => {
  const { records = 0, rejected = 0, filtered = 0 } = verdict.counts ?? {};
  if (verdict.fate === 'done' || verdict.fate === 'rejected') {
    const refused = verdict.fate === 'done' ? (verdict.refused ?? 0) : records;
    ledger.delivered += records - refused;
    ledger.rejected += rejected + refused;
    ledger.filtered += filtered;
  } else {
    ledger.continued += records + rejected + filtered;
  }
};

/** How many records the ledger cannot account for: anything but 0 is a defect of the forwarder. */
export const imbalance = ({ read, delivered, rejected, filtered, continued }: Ledger): number =>
  read - delivered - rejected - filtered - continued;

export const EMF_NAMESPACE = 'ScoutForwarder';
export const EMF_DIMENSION = 'Pipeline';

/** Metrics that an invocation reports to CloudWatch; each costs $0.30 a month, so only what an alarm or the dashboard reads. */
export const EMF_METRICS = {
  ObjectsForwarded: 'Count',
  ObjectsDeadLettered: 'Count',
  RecordsRead: 'Count',
  RecordsDelivered: 'Count',
  RecordsRejected: 'Count',
  BytesSent: 'Bytes',
  ExportRetries: 'Count',
  DeliveryLag: 'Seconds',
  LedgerImbalance: 'Count',
} as const;

/** Metrics that only some settings bring about: filters, sampling, tags. Elsewhere they do not exist, and cost nothing. */
export const EMF_METRICS_OF_SETTINGS = { RecordsFiltered: 'Count', RecordsUntagged: 'Count' } as const;

const ALL_EMF_METRICS = { ...EMF_METRICS, ...EMF_METRICS_OF_SETTINGS };
export type EmfMetric = keyof typeof ALL_EMF_METRICS;

/** Metrics that only some invocations report. */
type Sparse = 'DeliveryLag' | keyof typeof EMF_METRICS_OF_SETTINGS;

export type InvocationMetrics = Record<Exclude<keyof typeof EMF_METRICS, Sparse>, number> &
  Partial<Record<Sparse, number>> & {
    /** Counted in the line, for searches; not a metric, so it costs nothing. */
    ObjectsSkipped: number;
  };

export const newInvocationMetrics = (): InvocationMetrics => ({
  ObjectsForwarded: 0,
  ObjectsDeadLettered: 0,
  RecordsRead: 0,
  RecordsDelivered: 0,
  RecordsRejected: 0,
  BytesSent: 0,
  ExportRetries: 0,
  LedgerImbalance: 0,
  ObjectsSkipped: 0,
});

/** Adds a work item's account. */
export const addToMetrics = (metrics: InvocationMetrics, ledger: Ledger, lagMs: number | undefined): void => {
  metrics.RecordsRead += ledger.read;
  metrics.RecordsDelivered += ledger.delivered;
  metrics.RecordsRejected += ledger.rejected;
  metrics.BytesSent += ledger.bytes;
  metrics.ExportRetries += ledger.retries;
  metrics.LedgerImbalance += Math.abs(imbalance(ledger));
  if (ledger.filtered > 0) metrics.RecordsFiltered = (metrics.RecordsFiltered ?? 0) + ledger.filtered;
  if (ledger.untagged !== undefined)
    metrics.RecordsUntagged = (metrics.RecordsUntagged ?? 0) + ledger.untagged;
  if (lagMs !== undefined) metrics.DeliveryLag = Math.max(metrics.DeliveryLag ?? 0, lagMs / 1000);
};

/**
 * A line in CloudWatch's embedded metric format
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 * It must reach standard output as it is: `console.log` would wrap it in JSON log mode.
 */
export const emfLine = (pipeline: Pipeline, metrics: Readonly<InvocationMetrics>, nowMs: number): string =>
  JSON.stringify({
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: [
        {
          Namespace: EMF_NAMESPACE,
          Dimensions: [[EMF_DIMENSION]],
          Metrics: Object.entries(ALL_EMF_METRICS)
            .filter(([Name]) => Name in metrics)
            .map(([Name, Unit]) => ({ Name, Unit })),
        },
      ],
    },
    [EMF_DIMENSION]: pipeline,
    ...metrics,
  });
