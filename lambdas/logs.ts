import { LOG_KINDS } from './log-kinds.ts';
import { connect } from './forwarding/connect.ts';
import { createHandler } from './forwarding/handler.ts';
import { logFormats } from './log-lines/log-formats.ts';

/** Logs of AWS, from S3 to Scout's /v1/logs. */
export const handler = createHandler('logs', connect, (settings) => logFormats(LOG_KINDS, settings));
