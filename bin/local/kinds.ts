import type { Format } from '../../lambdas/format.ts';
import { readFunctionSettings } from '../../lambdas/function-settings.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import { logFormats } from '../../lambdas/log-lines/log-formats.ts';

/** Kinds of logs that the functions know. */
export const LOG_KIND_NAMES = Object.keys(LOG_KINDS);

/** Kinds of objects that can be forwarded. */
export const KIND_NAMES: readonly string[] = ['metrics', ...LOG_KIND_NAMES];

/** Members of a metric stream's data, and of what its function names in a refusal: OTLP and Firehose's HTTP requests. */
const METRIC_MEMBERS = ['metric_name', 'resourceMetrics', 'requestId'];

/** The kind of a file that begins so, decompressed, or why it is none: the functions decide the same way. */
export const kindOf = (head: Buffer): { readonly kind: string } | { readonly refused: string } => {
  const kind = LOG_KIND_NAMES.find((name) => 'encoder' in opened(head, [name]));
  if (kind !== undefined) return { kind };
  if (/^(?:\ufeff)?\s*\{/.test(head.toString('utf8', 0, 4096)))
    return METRIC_MEMBERS.some((name) => head.includes(`"${name}"`))
      ? { kind: 'metrics' }
      : {
          refused:
            'JSON that is neither a log of a known kind nor a metric stream, whose data have `metric_name`',
        };
  const all = opened(head, LOG_KIND_NAMES);
  return { refused: 'refuse' in all ? all.refuse.reason : 'not recognized' };
};

const opened = (head: Buffer, kinds: readonly string[]): ReturnType<Format['open']> => {
  const format = logFormats(LOG_KINDS, settingsFor(kinds))('any.log', head.length);
  return 'skip' in format
    ? { refuse: { type: 'wrong_format', reason: format.skip } }
    : format.open({ bucket: 'local', key: 'any.log' }, head, { observedMs: 0 });
};

const settingsFor = (kinds: readonly string[]) =>
  readFunctionSettings(
    {
      SCOUT_ENDPOINT: 'https://localhost',
      SCOUT_TOKEN_URL: 'https://localhost',
      SCOUT_SECRET_NAME: 'none',
      LOG_KINDS: kinds.join(','),
    },
    'logs',
  );
