import { LOG_KIND_NAMES, readFunctionSettings } from '../../lambdas/function-settings.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import { firstLines } from '../../lambdas/log-lines/first-lines.ts';
import { skipReason } from '../../lambdas/log-lines/log-formats.ts';
import { recognize } from '../../lambdas/log-lines/recognize.ts';
import { unreadable, unsupported } from '../../lambdas/log-lines/refusal.ts';

/** Kinds of objects that can be forwarded. */
export const KIND_NAMES: readonly string[] = ['metrics', ...LOG_KIND_NAMES];

/** Members of a metric stream's data, and of what its function names in a refusal: OTLP and Firehose's HTTP requests. */
const METRIC_MEMBERS = ['metric_name', 'resourceMetrics', 'requestId'];

/** The kind of a file that begins so, decompressed, or why it is none: the functions decide the same way. */
export const kindOf = (head: Buffer): { readonly kind: string } | { readonly refused: string } => {
  const settings = settingsForAllKinds();
  const lines = firstLines(head);
  const fault = skipReason('any.log', head.length) ?? unsupported(head)?.reason;
  const found = fault === undefined ? recognize(LOG_KINDS, lines, settings.alb) : undefined;
  if (found !== undefined) return { kind: found.name };
  if (/^(?:\ufeff)?\s*\{/.test(head.toString('utf8', 0, 4096)))
    return METRIC_MEMBERS.some((name) => head.includes(`"${name}"`))
      ? { kind: 'metrics' }
      : {
          refused:
            'JSON that is neither a log of a known kind nor a metric stream, whose data have `metric_name`',
        };
  return { refused: fault ?? unreadable(lines, LOG_KINDS, LOG_KINDS, settings).reason };
};

const settingsForAllKinds = () =>
  readFunctionSettings({
    SCOUT_ENDPOINT: 'https://localhost',
    SCOUT_TOKEN_URL: 'https://localhost',
    SCOUT_SECRET_NAME: 'none',
    LOG_KINDS: LOG_KIND_NAMES.join(','),
  });
