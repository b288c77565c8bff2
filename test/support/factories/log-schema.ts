import { load, type MutableLine, newLine } from '../../../lambdas/log-lines/line.ts';
import type { LogKind } from '../../../lambdas/log-lines/log-kind.ts';
import type { LogSchema } from '../../../lambdas/log-lines/schema.ts';
import { tokenize } from '../../../lambdas/log-lines/tokenize.ts';

/** A log with these fields, of which the first is the time. */
export const schemaWith = (fields: readonly string[], more: Partial<LogSchema> = {}): LogSchema => ({
  scope: 'aws.tides',
  fields,
  least: fields.length,
  accepts: () => true,
  time: 0,
  severity: () => 'INFO',
  addresses: [],
  urls: [],
  conventions: {},
  attributes: 'aws.tides.',
  ...more,
});

/** A kind of log with this schema. */
export const kindWith = (schema: LogSchema): LogKind => ({
  serviceName: 'tides',
  objectName: /^tide_(?<account>\d{12})_(?<region>[a-z0-9-]+)_/,
  resourceId: ({ account, region, resource = 'none' }) => `${account} ${region} ${resource}`,
  schema,
  delivery: {
    folder: 'tides',
    principal: 'delivery.logs.amazonaws.com',
    output: 'TurnOnTides',
    turnOn: ({ bucketName }) => `aws tides on ${bucketName}`,
  },
});

/** A text in a line's memory, not yet split. */
export const loaded = (text: string, line: MutableLine = newLine()): MutableLine => {
  load(line, Buffer.from(text));
  return line;
};

/** A text as a line, its tokens as fields. */
export const lineOf = (text: string, line: MutableLine = newLine()): MutableLine => {
  loaded(text, line);
  if (!tokenize(line, () => false)) throw new Error('not a line');
  return line;
};
