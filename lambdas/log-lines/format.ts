import type { BatchLimits, Encoder, Format, Opening, SourceObject } from '../format.ts';
import type { LineSettings } from '../function-settings.ts';
import { encodeResource, encodeScope } from '../otlp/common.ts';
import { type Fragment, fixedAttribute, fragment, writeFragment } from '../otlp/log-attributes.ts';
import { SEVERITIES, type Severity, logsRequest } from '../otlp/logs.ts';
import { resourceAttributes } from '../otlp/resource.ts';
import { VERSION } from '../version.ts';
import { ESCAPED, type Line, spanOf } from './line.ts';
import { filterOf, NO_ATTRIBUTES } from './filter.ts';
import { firstLines } from './first-lines.ts';
import type { LineForm } from './line-form.ts';
import { lineReader } from './line-reader.ts';
import { type LogKind, type LogKinds, sourceOf } from './log-kind.ts';
import { type Recognized, recognize } from './recognize.ts';
import { type LineWriter, recordContent, writeText } from './record.ts';
import { redactor } from './redact.ts';
import { unreadable, unsupported } from './refusal.ts';
import { type Instant, instantOf } from './timestamp.ts';
import { writeTraceId } from './trace-id.ts';
import { uidPrefix, uidWriter } from './record-uid.ts';

/**
 * Objects of one or several kinds: the content tells which, and in which form its lines are.
 * @param known every kind, so that a refusal can say which it is
 */
export const lineFormat = (
  candidates: LogKinds,
  settings: LineSettings,
  known: LogKinds = candidates,
): Format => {
  const { redact } = redactor(settings.alb.redactQueryKeys);
  const encoders: Record<string, ReturnType<typeof kindEncoder>> = {};
  return {
    path: '/v1/logs',
    // The text of an overlong line is cut.
    redact: (text) => redact(Buffer.from(text), true).toString(),
    open: (object, head, opening) => {
      const refusal = unsupported(head);
      if (refusal !== undefined) return { refuse: refusal };
      const lines = firstLines(head);
      const recognized = recognize(candidates, lines, settings.alb);
      if (recognized === undefined) return { refuse: unreadable(lines, candidates, known, settings) };
      const encoder = (encoders[recognized.name] ??= kindEncoder(recognized.kind, settings));
      return { encoder: encoder(object, recognized, opening) };
    },
  };
};

/** Log records, one per line; a text that is not a line of this log is sent as it is, with a warning. */
const kindEncoder = (
  kind: LogKind,
  settings: LineSettings,
): ((object: SourceObject, recognized: Recognized, opening: Opening) => (limits: BatchLimits) => Encoder) => {
  const { schema } = kind;
  const { trace: traceField = Infinity } = schema;
  const filter = filterOf(schema, settings.alb);
  const contentOf = (form: Pick<LineForm, 'names' | 'decode'>): LineWriter =>
    recordContent(schema, form, settings.alb);
  const unnamedContent = contentOf({ names: schema.fields });

  return (object, { form, resource: named }, { observedMs, tags: tagsOf }) => {
    const writeContent = form.names === schema.fields ? unnamedContent : contentOf(form);
    return (limits): Encoder => {
      const { bucket, key } = object;
      const source = sourceOf(kind, key, named);
      const tags = source.resourceId === undefined || tagsOf === undefined ? {} : tagsOf(source.resourceId);
      const resource = encodeResource(
        resourceAttributes(
          settings.resource,
          { ...source, tags },
          settings.resource.serviceName ?? kind.serviceName,
        ),
      );
      const scope = encodeScope(schema.scope, VERSION, { 'aws.s3.bucket': bucket, 'aws.s3.key': key });
      const request = logsRequest(resource, scope, limits);
      const { writer } = request;
      const reader = lineReader(schema, form, settings.alb);
      const { line } = reader;
      const observed = instantOf(observedMs);
      const uid = uidPrefix(object);
      const writeUid = uidWriter(uid);
      const heads = severityHeads(observed);
      let newestMs: number | undefined;
      let filtered = 0;

      return {
        add: (bytes, start, end, lineNumber, cut) => {
          if (form.isHeader(bytes, start, end)) return true;
          const isLine = reader.read(bytes, start, end, cut);
          const added = isLine && filter !== undefined ? filter(line, `${uid}${lineNumber}`) : NO_ATTRIBUTES;
          if (added === undefined) {
            filtered++;
            return true;
          }
          const recordTime = isLine ? reader.time() : undefined;
          const time = recordTime ?? observed;
          const mark = request.open(roomFor(line));
          writer.byte(0x09);
          writer.fixed64(time.low, time.high);
          writeFragment(writer, heads[isLine ? schema.severity(line) : 'WARN']);
          writeUid(writer, lineNumber);
          if (isLine) {
            writeContent(writer, line);
            writeFragment(writer, added);
            const trace = spanOf(line, traceField);
            writeTraceId(writer, line.bytes, trace.start, trace.end);
          } else {
            writeText(writer, line);
            writeFragment(writer, UNPARSABLE);
          }
          if (!request.close(mark)) return false;
          if (recordTime !== undefined) newestMs = Math.max(newestMs ?? 0, recordTime.ms);
          return true;
        },
        take: () => {
          const sent = request.take();
          const untagged = tags === undefined ? sent.records : 0;
          const taken = { ...sent, untagged, filtered, rejected: [], newestMs };
          newestMs = undefined;
          filtered = 0;
          return taken;
        },
      };
    };
  };
};

const UNPARSABLE = fixedAttribute('error.type', 'unparsable_line');

/** More bytes than the record of a line can take: in JSON a control byte takes six. */
const roomFor = ({ count, length, traits }: Line): number =>
  1024 + 160 * count + (traits & ESCAPED ? 14 : 8) * length;

/** The fields behind a record's time: when it was observed, and its severity. */
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
