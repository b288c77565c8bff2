import { beginsAs } from '../alb/begins-as.ts';
import { ACCESS_LOG } from '../alb/access-log.ts';
import { lineFormat } from '../alb/line-format.ts';
import type { Format } from '../format.ts';
import type { AlbSettings, ResourceSettings } from '../settings.ts';
import { CONNECTION_LOG } from './connection-log.ts';

/** Connection logs of Application Load Balancers. */
export const connectionLogFormat = (settings: { alb: AlbSettings; resource: ResourceSettings }): Format => {
  const format = lineFormat(CONNECTION_LOG, settings);
  return {
    ...format,
    mismatch: (head) =>
      beginsAs(ACCESS_LOG, head) ? 'an access log under the name of a connection log' : format.mismatch(head),
  };
};
