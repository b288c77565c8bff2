import { LOG_KIND_NAMES, type LogKindName } from '../../lambdas/function-settings.ts';
import { METRICS_PREFIX } from '../../lambdas/key-prefixes.ts';
import { type Command, countOf, STACK_OPTION, UsageError, type Values } from '../shared/command-line.ts';
import { isBefore } from './select-objects.ts';

/** SQS takes ten messages in one call. */
const LEAST_WAITING = 10;

const OPTIONS = {
  prefix: { type: 'string', value: 'PREFIX', help: 'where the objects are, such as logs/alb/ or metrics/' },
  kind: {
    type: 'string',
    value: 'KIND',
    help: `logs of this kind only (${LOG_KIND_NAMES.join(', ')}) and those whose names say no kind; without --prefix, where the stack has them`,
  },
  from: {
    type: 'string',
    value: 'DAY',
    help: 'first day (UTC) by the date folders of the keys; for metrics also an hour, 2026-01-31T23',
  },
  to: { type: 'string', value: 'DAY', help: 'last day or hour, inclusive' },
  'dry-run': { type: 'boolean', default: false, help: 'prints objects, bytes, time and cost only' },
  yes: { type: 'boolean', default: false, help: 'does not ask before a large one' },
  'most-waiting': {
    type: 'string',
    value: 'N',
    help: 'messages that the queue may hold before more are added; default: five per concurrent function',
  },
  'start-after': {
    type: 'string',
    value: 'KEY',
    help: 'continues after this key, as an interrupted run prints it',
  },
  bucket: { type: 'string', value: 'NAME', help: "bucket of the objects, if it is not the stack's" },
  'queue-url': { type: 'string', value: 'URL', help: "queue to send to, if it is not the stack's" },
  stack: STACK_OPTION,
} as const;

export const BACKFILL = {
  name: 'backfill',
  summary: `Queues objects that are in the bucket already, for the functions to forward: logs from before the deploy, or a
time range to send again. Live objects do not wait behind more than --most-waiting of them.
With --from or --to, objects whose keys have no date folder are left out.`,
  options: OPTIONS,
  actions: ['cloudformation:DescribeStacks', 's3:ListBucket', 'sqs:GetQueueAttributes', 'sqs:SendMessage'],
  failure: 'if it stopped before its end',
} as const satisfies Command;

/** Request of the command line. */
export interface BackfillRequest {
  readonly prefix: string | undefined;
  readonly kind: LogKindName | undefined;
  /** As keys spell it: `yyyy/mm/dd`, or with `/hh`. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly isDryRun: boolean;
  /** Large ones need no question. */
  readonly isConfirmed: boolean;
  readonly mostWaiting: number | undefined;
  readonly startAfter: string | undefined;
  readonly bucket: string | undefined;
  readonly queueUrl: string | undefined;
  readonly stackName: string;
  readonly context: readonly string[];
}

/** @throws UsageError naming the option */
export const readRequest = (options: Values<typeof OPTIONS>): BackfillRequest => {
  const { prefix, 'most-waiting': mostWaiting } = options;
  const kind = LOG_KIND_NAMES.find((name) => name === options.kind);
  if (options.kind !== undefined && kind === undefined)
    throw new UsageError(`--kind is ${options.kind}; it must be one of ${LOG_KIND_NAMES.join(', ')}`);
  if (prefix === undefined && kind === undefined)
    throw new UsageError(
      '--prefix is missing; it must be where the objects are, such as logs/alb/ or metrics/, unless --kind is given',
    );
  const isMetrics = prefix?.startsWith(METRICS_PREFIX) ?? false;
  if (isMetrics && kind !== undefined) throw new UsageError('--kind is about logs; metrics have no kinds');
  const [from, to] = [dateOf('--from', options.from), dateOf('--to', options.to)];
  if (from !== undefined && to !== undefined && isBefore(to, from))
    throw new UsageError(`--to is ${options.to}; it must not be before --from, which is ${options.from}`);
  if (!isMetrics && [from, to].some((date) => date?.length === 'yyyy/mm/dd/hh'.length))
    throw new UsageError('--from and --to must be days; only keys of metrics have the hour');
  return {
    prefix,
    kind,
    from,
    to,
    isDryRun: options['dry-run'],
    isConfirmed: options.yes,
    mostWaiting:
      mostWaiting === undefined ? undefined : countOf('--most-waiting', mostWaiting, LEAST_WAITING),
    startAfter: options['start-after'],
    bucket: options.bucket,
    queueUrl: options['queue-url'],
    stackName: options.stack,
    context: options.context,
  };
};

const dateOf = (option: string, value: string | undefined): string | undefined => {
  if (value === undefined) return undefined;
  const [, day, hour = '00'] = /^(\d{4}-\d\d-\d\d)(?:T(\d\d))?$/.exec(value) ?? [];
  const date = new Date(`${day}T${hour}:00Z`);
  // A date that the calendar does not have becomes another one.
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(`${day}T${hour}`))
    throw new UsageError(
      `${option} is ${value}; it must be a day, 2026-01-31, or for metrics an hour, 2026-01-31T23 (UTC)`,
    );
  return value.replaceAll(/[-T]/g, '/');
};
