import { connect } from './forwarding/connect.ts';
import { createHandler } from './forwarding/handler.ts';
import { metricFormats } from './metric-stream/format.ts';

/** CloudWatch metric-stream objects, from S3 to Scout's /v1/metrics. */
export const handler = createHandler('metrics', connect, metricFormats);
