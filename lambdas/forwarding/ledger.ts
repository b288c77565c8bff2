import type { Pipeline } from '../function-settings.ts';

/** The account of a piece of work, in records decoded: `read` must be the sum of the four after it. */
export interface Ledger {
  read: number;
  delivered: number;
  /** Refused for good, by us or by Scout, and kept. */
  rejected: number;
  /** Left out by configuration. */
  filtered: number;
  /** Gone back to the queue, or to the dead-letter queue. */
  continued: number;
  /** Compressed bytes posted, repeated ones too. */
  bytes: number;
  requests: number;
  retries: number;
  /** Time of the newest record read, in milliseconds since the epoch; 0 before there is one. */
  newestMs: number;
}

export const openLedger = (): Ledger => ({
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

/** How many records the ledger cannot account for: anything but 0 is a fault of ours. */
export const imbalance = ({ read, delivered, rejected, filtered, continued }: Ledger): number =>
  read - delivered - rejected - filtered - continued;

export const EMF_NAMESPACE = 'ScoutForwarder';
export const EMF_DIMENSION = 'Pipeline';

/** What an invocation reports to CloudWatch; each costs $0.30 a month, so only what an alarm or the dashboard reads. */
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

export type EmfValues = Record<Exclude<keyof typeof EMF_METRICS, 'DeliveryLag'>, number> & {
  DeliveryLag?: number;
  /** Counted in the line, to be searched for; no metric, so it costs nothing. */
  ObjectsSkipped: number;
};

export const openReport = (): EmfValues => ({
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

/** Adds a piece of work's account to an invocation's report. */
export const report = (values: EmfValues, ledger: Ledger, lagMs: number | undefined): void => {
  values.RecordsRead += ledger.read;
  values.RecordsDelivered += ledger.delivered;
  values.RecordsRejected += ledger.rejected;
  values.BytesSent += ledger.bytes;
  values.ExportRetries += ledger.retries;
  values.LedgerImbalance += Math.abs(imbalance(ledger));
  if (lagMs !== undefined) values.DeliveryLag = Math.max(values.DeliveryLag ?? 0, lagMs / 1000);
};

/**
 * A line in CloudWatch's embedded metric format
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 * It must reach standard output as it is: `console.log` would wrap it in JSON log mode.
 */
export const emfLine = (pipeline: Pipeline, values: Readonly<EmfValues>, nowMs: number): string =>
  JSON.stringify({
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: [
        {
          Namespace: EMF_NAMESPACE,
          Dimensions: [[EMF_DIMENSION]],
          Metrics: Object.entries(EMF_METRICS)
            .filter(([Name]) => Name in values)
            .map(([Name, Unit]) => ({ Name, Unit })),
        },
      ],
    },
    [EMF_DIMENSION]: pipeline,
    ...values,
  });
