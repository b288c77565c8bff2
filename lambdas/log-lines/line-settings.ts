import type { FunctionSettings } from '../function-settings.ts';

/** The settings that line-oriented logs read. */
export type LineSettings = Pick<FunctionSettings, 'alb' | 'resource'> & {
  readonly logKinds: readonly string[];
};
