import type { BatchLimits, Encoder, Format, Refusal, SourceObject } from '../format.ts';
import { encodeResource, encodeScope } from '../otlp/common.ts';
import { type Fragment, fixedAttribute, fragment, writeFragment } from '../otlp/log-attributes.ts';
import { SEVERITIES, type Severity, logsRequest } from '../otlp/logs.ts';
import { resourceAttributes } from '../otlp/resource.ts';
import type { AlbSettings, ResourceSettings } from '../function-settings.ts';
import { VERSION } from '../version.ts';
import { ESCAPED, type Line } from './tokenize.ts';
import type { LogSchema } from './schema.ts';
import { lineReader } from './line-parser.ts';
import { albObject } from '../alb/object-key.ts';
import { hasReadableLine } from './readable-line.ts';
import { recordContent, writeText } from './record.ts';
import { redactor } from './redact.ts';
import { type Instant, instantOf, timeReader } from './timestamp.ts';
import { writeTraceId } from './trace-id.ts';
import { uidPrefix, uidWriter } from './record-uid.ts';

/** A log of a load balancer as OTLP log records, one a line; what is no such line is sent as it is, with a warning. */
export const lineFormat = (
  kind: LogSchema,
  settings: { alb: AlbSettings; resource: ResourceSettings },
): Format => {
  const writeContent = recordContent(kind, settings.alb);
  const { time: timeField, trace: traceField = Infinity } = kind;
  const filter = kind.filter?.(settings.alb);

  const encoder =
    (object: SourceObject, observedMs: number) =>
    (limits: BatchLimits): Encoder => {
      const { bucket, key } = object;
      const resource = encodeResource(resourceAttributes(settings.resource, albObject(key)));
      const scope = encodeScope(kind.scope, VERSION, { 'aws.s3.bucket': bucket, 'aws.s3.key': key });
      const request = logsRequest(resource, scope, limits);
      const { writer } = request;
      const reader = lineReader(kind, settings.alb);
      const { line } = reader;
      const observed = instantOf(observedMs);
      const read = { ...observed };
      const readTime = timeReader(read);
      const uid = uidPrefix(object);
      const writeUid = uidWriter(uid);
      const heads = severityHeads(observed);
      let newestMs: number | undefined;
      let filtered = 0;

      return {
        add: (bytes, start, end, lineNumber, cut) => {
          // Prose may have as many words as a line has fields: only one with a time is a line.
          const isLine =
            reader.read(bytes, start, end, cut) &&
            readTime(line.bytes, line.starts[timeField] as number, line.ends[timeField] as number);
          const verdict = isLine && filter !== undefined ? filter(line, `${uid}${lineNumber}`) : 'keep';
          if (verdict === 'leave out') {
            filtered++;
            return true;
          }
          const time = isLine ? read : observed;
          const mark = request.open(roomFor(line));
          writer.byte(0x09);
          writer.fixed64(time.low, time.high);
          writeFragment(writer, heads[isLine ? kind.severity(line) : 'WARN']);
          writeUid(writer, lineNumber);
          if (isLine) {
            writeContent(writer, line);
            if (verdict !== 'keep') writeFragment(writer, verdict);
            if (traceField < line.count)
              writeTraceId(
                writer,
                line.bytes,
                line.starts[traceField] as number,
                line.ends[traceField] as number,
              );
          } else {
            writeText(writer, line);
            writeFragment(writer, UNPARSABLE);
          }
          if (!request.close(mark)) return false;
          if (isLine) newestMs = Math.max(newestMs ?? 0, time.ms);
          return true;
        },
        take: () => {
          const taken = { ...request.take(), filtered, rejected: [], newestMs };
          newestMs = undefined;
          filtered = 0;
          return taken;
        },
      };
    };

  const { redact } = redactor(settings.alb.redactQueryKeys);

  return {
    path: '/v1/logs',
    // The text of an overlong line is cut.
    redact: (text) => redact(Buffer.from(text), true).toString(),
    open: (object, head, { observedMs }) => {
      const refuse = refusal(kind, head);
      return refuse === undefined ? { encoder: encoder(object, observedMs) } : { refuse };
    },
  };
};

const UNPARSABLE = fixedAttribute('error.type', 'unparsable_line');

/** More bytes than the record of a line can take: in JSON a control byte takes six. */
const roomFor = ({ count, length, traits }: Line): number =>
  1024 + 160 * count + (traits & ESCAPED ? 14 : 8) * length;

/** What follows a record's time: when it was observed, and its severity. */
const severityHeads = (observed: Instant): Readonly<Record<Severity, Fragment>> => {
  const head = (severity: Severity): Fragment => {
    const bytes = Buffer.alloc(9, 0x59);
    bytes.writeUInt32LE(observed.low, 1);
    bytes.writeUInt32LE(observed.high, 5);
    return fragment(
      bytes,
      Buffer.of(0x10, SEVERITIES[severity], 0x1a, severity.length),
      Buffer.from(severity),
    );
  };
  return { INFO: head('INFO'), WARN: head('WARN'), ERROR: head('ERROR') };
};

/** Why an object that begins so is not read, if it is not. */
const refusal = (kind: LogSchema, head: Uint8Array): Refusal | undefined => {
  if (PARQUET.every((byte, at) => head[at] === byte)) {
    const reason = 'Parquet is not supported: let AWS deliver this log as plain text';
    return { type: 'unsupported_format', reason };
  }
  const control = head
    .subarray(0, 64)
    .find((byte) => byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13);
  if (control !== undefined) {
    const reason = `not a text log: control byte 0x${control.toString(16).padStart(2, '0')} among its first 64`;
    return { type: 'wrong_format', reason };
  }
  if (hasReadableLine(kind, head) !== false) return undefined;
  return { type: 'wrong_format', reason: `none of its first lines is a line of ${kind.scope}` };
};

const PARQUET = Buffer.from('PAR1');
