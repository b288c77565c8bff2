import { describe, expect, test } from 'vitest';
import { lineFormat } from '../../../lambdas/log-lines/format.ts';
import {
  encode,
  formatWith,
  lineWith,
  recordsOf,
  settingsWith,
} from '../../support/factories/alb-records.ts';
import { kindWith, schemaWith } from '../../support/factories/log-schema.ts';

/** Its random digits are high enough for any rate that is tested. */
const TRACE = '"Root=1-697e94fe-0123456789ffffffffffffff"';

const formatOf = (environment: Record<string, string> = {}) => {
  const tides = kindWith(schemaWith(['time', 'gauge'], { timeForm: 'epoch seconds' }));
  return lineFormat({ tides }, settingsWith(environment));
};

/** The type of the refusal of an object that begins so. */
const refusalOf = (head: string) => {
  const opened = formatOf().open({ bucket: 'b', key: 'k' }, Buffer.from(head), { observedMs: 0 });
  return 'refuse' in opened ? opened.refuse.type : undefined;
};

describe('lineFormat', () => {
  test('sends to the path of logs', () => {
    expect(formatOf().path).toBe('/v1/logs');
  });

  test('redacts a text as one whose end is missing', () => {
    const { redact } = formatOf({ ALB_REDACT_QUERY_KEYS: 'key' });
    expect(redact?.('/?key=0a1b //user:password')).toBe('/?key=REDACTED //REDACTED');
  });

  test('refuses what is not a log, and lines of no kind', () => {
    expect(['PAR1', 'prose', '1769903998 pier'].map(refusalOf)).toEqual([
      'unsupported_format',
      'wrong_format',
      undefined,
    ]);
  });

  test('marks a record that sampling keeps', () => {
    const environment = { ALB_SAMPLE_RATE: '0.25' };
    const [record] = recordsOf(encode([lineWith({ trace_id: TRACE })], formatWith(environment)));
    expect(record?.attributes).toMatchObject({ 'sampling.threshold': 'c', 'sampling.rate': 0.25 });
  });

  test('samples lines without a trace one by one', () => {
    const lines = Array.from({ length: 100 }, () => '1769903998 pier');
    const { records, filtered } = encode(lines, formatOf({ ALB_SAMPLE_RATE: '0.5' }));
    expect(records + filtered).toBe(100);
    expect(Math.min(records, filtered)).toBeGreaterThan(25);
  });

  test('gives a line without a trace no trace of the line before', () => {
    const records = recordsOf(encode([lineWith(), lineWith({}, 12)]));
    expect(records.map(({ traceId }) => traceId?.length ?? 0)).toEqual([16, 0]);
  });
});
