import { albFormat } from './alb/format.ts';
import { isConnectionLog, skipReason } from './alb/object-key.ts';
import { connectionLogFormat } from './alb-connection/format.ts';
import type { FormatOf } from './format.ts';
import type { FunctionSettings } from './function-settings.ts';

/** The formats of a load balancer's logs, of the kinds that the settings turn on. */
export const albFormats = (settings: FunctionSettings): FormatOf => {
  const accessLog = albFormat(settings);
  const connectionLog = connectionLogFormat(settings);
  return (key, size) => {
    const skip = skipReason(key, size, settings.logKinds.includes('alb-connection'));
    if (skip !== undefined) return { skip };
    if (isConnectionLog(key)) return connectionLog;
    return settings.logKinds.includes('alb') ? accessLog : { skip: 'access log' };
  };
};
