import { readOptions, UsageError } from '../shared/command-line.ts';
import { ENTRIES_A_CALL } from './enqueue.ts';
import { isBefore } from './list-objects.ts';

export const USAGE = `usage: npm run backfill -- --prefix PREFIX [--from yyyy-mm-dd] [--to yyyy-mm-dd] [--dry-run] [--yes]
         [--most-waiting N] [--start-after KEY] [--bucket NAME] [--queue-url URL] [--stack NAME] [-c key=value …]`;

/** What the command line asks for. */
export interface Command {
  readonly prefix: string;
  /** As keys spell it, `yyyy/mm/dd`, or with `/hh`. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly isDryRun: boolean;
  /** Whoever gave it is not asked. */
  readonly isAgreed: boolean;
  readonly mostWaiting: number | undefined;
  readonly startAfter: string | undefined;
  readonly bucket: string | undefined;
  readonly queueUrl: string | undefined;
  readonly stackName: string;
  readonly context: readonly string[];
}

/** @throws UsageError naming the option */
export const readCommand = (): Command => {
  const options = readOptions({
    prefix: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    yes: { type: 'boolean', default: false },
    'most-waiting': { type: 'string' },
    'start-after': { type: 'string' },
    bucket: { type: 'string' },
    'queue-url': { type: 'string' },
    stack: { type: 'string', default: 'ScoutForwarder' },
  });
  const { prefix } = options;
  if (prefix === undefined)
    throw new UsageError('--prefix is missing; it must be where the objects are, such as alb/ or metrics/');
  const [from, to] = [dateOf('--from', options.from), dateOf('--to', options.to)];
  if (from !== undefined && to !== undefined && isBefore(to, from))
    throw new UsageError(`--to is ${options.to}; it must not be before --from, which is ${options.from}`);
  if (!prefix.startsWith('metrics/') && [from, to].some((date) => date?.length === 'yyyy/mm/dd/hh'.length))
    throw new UsageError('--from and --to must be days; only keys of metrics tell the hour');
  return {
    prefix,
    from,
    to,
    isDryRun: options['dry-run'],
    isAgreed: options.yes,
    mostWaiting: countOf('--most-waiting', options['most-waiting']),
    startAfter: options['start-after'],
    bucket: options.bucket,
    queueUrl: options['queue-url'],
    stackName: options.stack,
    context: options.context,
  };
};

const dateOf = (option: string, value: string | undefined): string | undefined => {
  if (value === undefined) return undefined;
  const [, day, hour] = /^(\d{4}-\d\d-\d\d)(?:T(\d\d))?$/.exec(value) ?? [];
  if (day === undefined || Number.isNaN(Date.parse(`${day}T${hour ?? '00'}:00Z`))) {
    throw new UsageError(
      `${option} is ${value}; it must be a day, 2026-01-31, or for metrics an hour, 2026-01-31T23 (UTC)`,
    );
  }
  return value.replaceAll(/[-T]/g, '/');
};

const countOf = (option: string, value: string | undefined): number | undefined => {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value) && Number(value) >= ENTRIES_A_CALL) return Number(value);
  throw new UsageError(`${option} is ${value}; it must be a whole number from ${ENTRIES_A_CALL}`);
};
