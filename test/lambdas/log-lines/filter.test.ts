import { describe, expect, test } from 'vitest';
import { filterOf, NO_ATTRIBUTES } from '../../../lambdas/log-lines/filter.ts';
import type { LogSchema } from '../../../lambdas/log-lines/schema.ts';
import { settingsWith } from '../../support/factories/alb-records.ts';
import { lineOf, schemaWith } from '../../support/factories/log-schema.ts';

const SCHEMA = schemaWith(['time', 'status', 'wait', 'work', 'user_agent'], {
  status: 1,
  durations: [2, 3],
  userAgent: 4,
});

const filterWith = (environment: Record<string, string>, schema: LogSchema = SCHEMA) =>
  filterOf(schema, settingsWith(environment).alb);

describe('filterOf', () => {
  test.each([
    ['no setting is given', {}, SCHEMA],
    ['the log has no status', { ALB_SKIP_STATUS: '200' }, schemaWith(['time', 'status'])],
    ['the log has no request', { ALB_SKIP_PATH: '.' }, SCHEMA],
    ['the log has no user agent', { ALB_SKIP_USER_AGENT: '.' }, schemaWith(['time'])],
  ])('filters nothing where %s', (_, environment, schema) => {
    expect(filterWith(environment, schema)).toBeUndefined();
  });

  test.each([
    ['301', undefined],
    ['404', undefined],
    ['499', undefined],
    ['302', NO_ATTRIBUTES],
    ['1404', NO_ATTRIBUTES],
    ['-', NO_ATTRIBUTES],
  ])('leaves out a line by its status, or keeps it as it is: %s', (status, attributes) => {
    expect(filterWith({ ALB_SKIP_STATUS: '301,4xx' })?.(lineOf(`1 ${status} 0 0 -`), 'uid')).toBe(attributes);
  });

  test.each([
    ['0.125 0.125', NO_ATTRIBUTES],
    ['-1 0.25', NO_ATTRIBUTES],
    ['0.25 -', NO_ATTRIBUTES],
    ['0.125 0.124', undefined],
    ['- -1', undefined],
  ])('keeps a slow line beside those that are sampled: %s', (durations, attributes) => {
    const filter = filterWith({ ALB_SAMPLE_RATE: '0', ALB_SAMPLE_SLOWER_THAN: '0.25' });
    expect(filter?.(lineOf(`1 200 ${durations} -`), 'uid')).toBe(attributes);
  });

  test('samples a log without durations', () => {
    const filter = filterWith({ ALB_SAMPLE_RATE: '0', ALB_SAMPLE_SLOWER_THAN: '1' }, schemaWith(['time']));
    expect(filter?.(lineOf('1'), 'uid')).toBeUndefined();
  });
});
