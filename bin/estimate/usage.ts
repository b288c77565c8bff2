import type { LogKindName } from '../../lambdas/function-settings.ts';
import type { StackSettings } from '../../lib/settings.ts';
import type { LineBytes } from '../shared/measured.ts';

/** Metrics of one name and namespace, whatever their dimensions. */
export interface MetricUsage {
  readonly region?: string | undefined;
  /** Account that they are of, where it is a linked one. */
  readonly account?: string | undefined;
  readonly namespace: string;
  readonly name: string;
  /** Sets of dimensions. */
  readonly metrics: number;
  /** Data points per month, one for each minute with a value. */
  readonly updates: number;
}

/** One log of one load balancer, or of whatever else writes it, per month. */
export interface LogUsage {
  readonly region?: string | undefined;
  readonly name: string;
  readonly kind: LogKindName;
  readonly lines: number;
  readonly objects: number;
  /** Bytes as AWS writes them, before compression. */
  readonly written: number;
  /** Bytes of the objects in the bucket. */
  readonly stored: number;
  /** Log records, and compressed bytes, that the function sends under these settings. */
  readonly sent: (settings: StackSettings) => Promise<Sent>;
}

export interface Sent {
  readonly records: number;
  readonly bytes: number;
}

/** Everything that will be billed, before settings and prices. */
export interface Usage {
  readonly metrics: readonly MetricUsage[];
  readonly logs: readonly LogUsage[];
  readonly pointBytes: (settings: StackSettings) => Promise<LineBytes>;
  /** A path that many requests are for, where paths are known, as `albSkipPath` may name it. */
  readonly frequentPath?: string | undefined;
  /** How it was worked out, in sentences. */
  readonly assumptions: readonly string[];
}
