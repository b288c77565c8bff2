import type { LogKindName } from '../../../lambdas/function-settings.ts';
import { attributesIn, type DecodedRecord, OBJECT, recordsOf, settingsWith } from './alb-records.ts';
import { formatOf } from './log-formats.ts';
import { encodeObject } from './log-objects.ts';

type Environment = Readonly<Record<string, string>>;

/** Reads objects of one kind as forwarding does. */
export const recordsOfKind = (kind: LogKindName, key: string = OBJECT.key) => {
  /** The records of an object. @throws Error with the reason if it is refused */
  const records = (text: string, environment: Environment = {}): readonly DecodedRecord[] =>
    recordsOf(encodeObject(formatOf(kind, settingsWith(environment)), text, { ...OBJECT, key }));
  /** The record of an object of one line. */
  const record = (text: string, environment: Environment = {}): DecodedRecord => {
    const [first, ...more] = records(text, environment);
    if (first === undefined || more.length > 0) throw new Error(`${more.length + 1} records`);
    return first;
  };
  /** The record of a line within an object that has a good line too. */
  const recordAfter = (good: string, line: string, environment: Environment = {}): DecodedRecord => {
    const [, second] = records(`${good}\n${line}`, environment);
    if (second === undefined) throw new Error('no second record');
    return second;
  };
  const semconv = (text: string): ReturnType<typeof attributesIn> =>
    attributesIn(record(text, { ALB_ATTRIBUTES: 'semconv' }));
  return { records, record, recordAfter, semconv };
};
