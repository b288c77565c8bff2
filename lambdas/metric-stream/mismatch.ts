import { memberNames } from './json-scan.ts';

/**
 * Why an object's first bytes show that it is no metric stream in JSON format: it is binary (OTLP protobuf, UTF-16), or
 * its first line is OTLP JSON or what Firehose sends to an HTTP endpoint
 * (https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html).
 */
export const mismatch = (head: Uint8Array): string | undefined => {
  const control = head.subarray(0, 64).find(isControl);
  if (control !== undefined) return because(`its first bytes hold the control byte ${control}`);
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('utf8').trimStart();
  const names = memberNames(text.split('\n', 1).join());
  if (names.has('resourceMetrics')) return because('it is OTLP JSON, with `resourceMetrics`');
  if (names.has('requestId') && names.has('records'))
    return because('it is an HTTP request of Firehose, with `requestId` and `records`');
  return undefined;
};

const because = (reason: string): string => `not metric-stream JSON: ${reason}`;

/** Any but tab, LF and CR. */
const isControl = (byte: number): boolean => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13;
