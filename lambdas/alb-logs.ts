import { albFormat } from './alb/format.ts';
import { skipReason } from './alb/object-key.ts';
import { connect } from './forwarding/connect.ts';
import { createHandler } from './forwarding/handler.ts';

/** ALB access logs, from S3 to Scout's /v1/logs. */
export const handler = createHandler('alb-logs', connect, (settings) => {
  const format = albFormat(settings);
  return (key, size) => {
    const skip = skipReason(key, size);
    return skip === undefined ? format : { skip };
  };
});
