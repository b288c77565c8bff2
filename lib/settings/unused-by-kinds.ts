import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import { type FieldSetting, unusedSettings } from '../../lambdas/log-lines/unused-settings.ts';
import type { StackSettings } from './settings-table.ts';

/** A sentence for each setting that is given and applies to none of the kinds of logs that are turned on. */
export const unusedByKinds = (settings: StackSettings): readonly string[] =>
  unusedSettings(
    Object.fromEntries(settings.logKinds.map((kind) => [kind, LOG_KINDS[kind]])),
    {
      skipStatus: settings.albSkipStatus,
      skipPath: settings.albSkipPath,
      skipUserAgent: settings.albSkipUserAgent,
      sampleSlowerThan: settings.albSampleSlowerThan,
      queryStrings: settings.albQueryStrings,
      redactQueryKeys: settings.albRedactQueryKeys,
      clientAddress: settings.albClientAddress,
    },
    'logKinds',
    keyOf,
  );

/** `albSkipStatus` of `skipStatus`. */
const keyOf = (setting: FieldSetting): string => `alb${setting[0]?.toUpperCase()}${setting.slice(1)}`;
