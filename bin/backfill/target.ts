import type { ListedObject } from '../../lambdas/aws/objects.ts';
import { LOG_KIND_NAMES, type LogKindName } from '../../lambdas/function-settings.ts';
import { deliveryPrefix, LOGS_PREFIX, METRICS_PREFIX } from '../../lambdas/key-prefixes.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import { kindOf, skipReason } from '../../lambdas/log-lines/log-formats.ts';
import { SETTINGS } from '../../lib/settings/settings-table.ts';
import type { AwsClients } from '../shared/aws-clients.ts';
import { readContext, UsageError } from '../shared/command-line.ts';
import { requireStack, pipelineSource } from '../shared/deployed-stack.ts';
import type { BackfillRequest } from './command.ts';

/** Where the objects are, which of them the functions forward, and which queue they go to. */
export interface Target {
  readonly bucket: string;
  readonly prefix: string;
  readonly queueUrl: string;
  /** Most functions at a time. */
  readonly concurrency: number;
  readonly pipeline: 'metrics' | 'logs';
  /** Whether the function forwards the object; it skips others. */
  readonly isForwarded: (object: ListedObject) => boolean;
}

/** As the command line says, else as the settings and the deployed stack say. @throws UsageError */
export const findTarget = async (
  request: BackfillRequest,
  clients: Pick<AwsClients, 'cloudFormation'>,
): Promise<Target> => {
  const pipeline = request.prefix?.startsWith(METRICS_PREFIX) ? 'metrics' : 'logs';
  const { bucket, queueUrl, kind } = request;
  const { logKinds, ...found } =
    bucket !== undefined && queueUrl !== undefined
      ? { ...UNKNOWN, prefix: request.prefix ?? folderOf(kind), bucket, queueUrl }
      : await deployed(request, pipeline, clients);
  if (kind !== undefined && !logKinds.includes(kind))
    throw new UsageError(
      `--kind is ${kind}; it must be one that logKinds turns on, which are ${logKinds.join(', ')}`,
    );
  const wanted = kind === undefined ? logKinds : [kind];
  return {
    ...found,
    pipeline,
    isForwarded: ({ key, size }) =>
      pipeline === 'metrics' ? size > 0 : skipReason(key, size) === undefined && isOneOf(wanted, key),
  };
};

/** Of a queue about which no setting says anything: objects that the function does not want are skipped there. */
const UNKNOWN = { concurrency: SETTINGS.albConcurrency.default, logKinds: LOG_KIND_NAMES };

/** Where the stack has the logs of a kind. */
const folderOf = (kind: LogKindName | undefined): string =>
  kind === undefined ? LOGS_PREFIX : `${deliveryPrefix(LOG_KINDS[kind].delivery)}/`;

/** Whether an object is of these kinds by its name, or its name does not say. */
const isOneOf = (kinds: readonly string[], key: string): boolean => {
  const kind = kindOf(LOG_KINDS, key);
  return kind === undefined || kinds.includes(kind);
};

const deployed = async (
  { prefix, kind, bucket, queueUrl, stackName, context }: BackfillRequest,
  pipeline: Target['pipeline'],
  clients: Pick<AwsClients, 'cloudFormation'>,
): Promise<Omit<Target, 'pipeline' | 'isForwarded'> & { logKinds: readonly string[] }> => {
  const settings = readContext(context, 'backfill');
  const { albLogBucketName, albLogPrefix = '' } = settings;
  const outputs = await requireStack(clients, stackName);
  const isMetrics = pipeline === 'metrics';
  const source = pipelineSource(pipeline, settings, outputs);
  const ownQueueUrl = isMetrics ? outputs.MetricsQueueUrl : outputs.LogsQueueUrl;
  if (ownQueueUrl === undefined || source.bucket === '')
    throw new UsageError(`stack ${stackName} has no ${pipeline} pipeline`);
  const start = prefix ?? (albLogBucketName === undefined ? folderOf(kind) : albLogPrefix);
  if (bucket === undefined && !source.prefixes.some((known) => start.startsWith(known)))
    throw new UsageError(
      `--prefix is ${start}; it must begin with ${source.prefixes[0]} or metrics/, since the functions may read nothing else`,
    );
  return {
    bucket: bucket ?? source.bucket,
    prefix: start,
    queueUrl: queueUrl ?? ownQueueUrl,
    concurrency: isMetrics ? settings.metricConcurrency : settings.albConcurrency,
    logKinds: settings.logKinds,
  };
};
