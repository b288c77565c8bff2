import { albFormats } from './log-kinds.ts';
import { connect } from './forwarding/connect.ts';
import { createHandler } from './forwarding/handler.ts';

/** ALB access logs, from S3 to Scout's /v1/logs. */
export const handler = createHandler('logs', connect, albFormats);
