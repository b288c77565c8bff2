import { albFormat } from './alb/format.ts';
import { isConnectionLog, skipReason } from './alb/object-key.ts';
import { connectionLogFormat } from './alb-connection/format.ts';
import type { FormatOf } from './format.ts';
import type { FunctionSettings } from './function-settings.ts';

/** What is forwarded of a load balancer's logs: access logs, and connection logs if they are wanted. */
export const albFormats = (settings: FunctionSettings): FormatOf => {
  const accessLog = albFormat(settings);
  const connectionLog = connectionLogFormat(settings);
  return (key, size) => {
    const skip = skipReason(key, size, settings.alb.connectionLogs);
    if (skip !== undefined) return { skip };
    return isConnectionLog(key) ? connectionLog : accessLog;
  };
};
