// Prefixes of keys in the forwarder's bucket.

export const METRICS_PREFIX = 'metrics/';

/** A folder for each kind of log is below it. */
export const LOGS_PREFIX = 'logs/';

/** Former place of ALB logs. Load balancers that were pointed here by hand still write to it. */
export const FORMER_LOGS_PREFIX = 'alb/';

export const REJECTED_PREFIX = 'rejected/';

export const FIREHOSE_ERRORS_PREFIX = 'firehose-errors/';
