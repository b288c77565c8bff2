import { attributesOf, decodeLogs, logRecordsOf } from '../../../bin/local/emulators/scout/otlp.ts';
import { field } from '../../../lambdas/otlp/common.ts';

/** The attributes of a `LogRecord` of these bytes, decoded as the only one of a request. */
export const attributesOfRecord = (encoded: Uint8Array) => {
  // One record in one scope of one resource.
  const tags = [0x12, 0x12, 0x0a];
  const request = tags.reduce((content, tag) => field(tag, content), encoded);
  return attributesOf(logRecordsOf(decodeLogs(Buffer.from(request)))[0]?.record.attributes);
};
