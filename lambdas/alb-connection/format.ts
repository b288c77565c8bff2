import { hasReadableLine } from '../log-lines/readable-line.ts';
import { ACCESS_LOG } from '../alb/access-log.ts';
import { lineFormat } from '../log-lines/format.ts';
import type { Format } from '../format.ts';
import type { AlbSettings, ResourceSettings } from '../function-settings.ts';
import { CONNECTION_LOG } from './connection-log.ts';

/** Connection logs of Application Load Balancers. */
export const connectionLogFormat = (settings: { alb: AlbSettings; resource: ResourceSettings }): Format => {
  const format = lineFormat(CONNECTION_LOG, settings);
  return {
    ...format,
    open: (object, head, at) =>
      hasReadableLine(ACCESS_LOG, head, 1) === true
        ? { refuse: { type: 'wrong_format', reason: 'an access log under the name of a connection log' } }
        : format.open(object, head, at),
  };
};
