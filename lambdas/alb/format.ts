import type { Format } from '../format.ts';
import type { AlbSettings, ResourceSettings } from '../function-settings.ts';
import { ACCESS_LOG } from './access-log.ts';
import { lineFormat } from '../log-lines/format.ts';

/** Access logs of Application Load Balancers. */
export const albFormat = (settings: { alb: AlbSettings; resource: ResourceSettings }): Format =>
  lineFormat(ACCESS_LOG, settings);
