import {
  type AnyValue,
  type Attributes,
  attributesOf,
  type LogRecord,
  type Metric,
  type NumberDataPoint,
  type Scope,
  type SummaryDataPoint,
} from './emulators/scout/otlp.ts';
import type { Fields, Sent } from './sent.ts';

export type DataPoint = SummaryDataPoint & NumberDataPoint;

export const logRecordSent = (record: LogRecord, scope: Scope, resource: Attributes): Sent => ({
  is: 'log record',
  fields: present([
    ['time', isoTime(record.timeUnixNano)],
    ['observed time', isoTime(record.observedTimeUnixNano)],
    ['severity', record.severityText],
    ['trace id', record.traceId?.length ? record.traceId.toString('hex') : undefined],
    ['body', record.body === undefined ? undefined : bodyText(record.body)],
  ]),
  attributes: fieldsOf(attributesOf(record.attributes)),
  scope: scopeFields(scope),
  resource: fieldsOf(resource),
});

export const dataPointSent = (
  { name, unit, summary }: Metric,
  point: DataPoint,
  scope: Scope,
  resource: Attributes,
): Sent => ({
  is: 'data point',
  fields: present([
    ['metric', name],
    ['type', summary === undefined ? 'gauge' : 'summary'],
    ['unit', unit],
    ['time', isoTime(point.timeUnixNano)],
    ['value', point.asDouble === undefined ? point.asInt : String(point.asDouble)],
    ...(summary === undefined
      ? []
      : ([
          ['count', point.count ?? '0'],
          ['sum', String(point.sum ?? 0)],
          ...(point.quantileValues ?? []).map(
            ({ quantile = 0, value = 0 }) => [`quantile ${quantile}`, String(value)] as const,
          ),
        ] as const)),
  ]),
  attributes: fieldsOf(attributesOf(point.attributes)),
  scope: scopeFields(scope),
  resource: fieldsOf(resource),
});

const present = (fields: readonly (readonly [string, string | undefined])[]): Fields =>
  fields.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value] as const]));

const fieldsOf = (attributes: Attributes): Fields =>
  Object.entries(attributes).map(([name, value]) => [name, asText(value)]);

const asText = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(asText).join(', ')}]` : String(value);

const scopeFields = ({ name = '', version = '', attributes }: Scope): Fields => [
  ['name', name],
  ['version', version],
  ...fieldsOf(attributesOf(attributes)),
];

const bodyText = (body: AnyValue): string => asText(attributesOf([{ key: 'body', value: body }])['body']);

/** With all digits of the nanoseconds that are not zero. */
const isoTime = (nanos: string | undefined): string | undefined => {
  if (nanos === undefined || nanos === '0') return undefined;
  const seconds = new Date(Number(BigInt(nanos) / 1_000_000n)).toISOString().slice(0, 19);
  const fraction = nanos.slice(-9).replace(/0+$/, '');
  return `${seconds}${fraction === '' ? '' : `.${fraction}`}Z`;
};
