// Prefixes of keys in the forwarder's bucket.

export const METRICS_PREFIX = 'metrics/';

/** A folder for each kind of log is below it. */
export const LOGS_PREFIX = 'logs/';

/** Prefix of a kind's objects, without `/` at its end, as AWS's own settings have it. */
export const deliveryPrefix = ({ folder }: { readonly folder: string }): string => `${LOGS_PREFIX}${folder}`;

/** Former place of ALB logs. Load balancers that were pointed here by hand still write to it. */
export const FORMER_LOGS_PREFIX = 'alb/';

export const REJECTED_PREFIX = 'rejected/';

export const FIREHOSE_ERRORS_PREFIX = 'firehose-errors/';
