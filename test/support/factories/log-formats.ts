import type { Format } from '../../../lambdas/format.ts';
import type { LineSettings, LogKindName } from '../../../lambdas/function-settings.ts';
import { LOG_KINDS } from '../../../lambdas/log-kinds.ts';
import { lineFormat } from '../../../lambdas/log-lines/format.ts';

/** The format of one kind of log, whatever the object's name. */
export const formatOf = (kind: LogKindName, settings: LineSettings): Format =>
  lineFormat({ [kind]: LOG_KINDS[kind] }, settings, LOG_KINDS);

export const albFormat = (settings: LineSettings): Format => formatOf('alb', settings);
