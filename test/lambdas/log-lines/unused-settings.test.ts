import { describe, expect, test } from 'vitest';
import type { LogKinds } from '../../../lambdas/log-lines/log-kind.ts';
import type { LogSchema } from '../../../lambdas/log-lines/schema.ts';
import { type FieldSettings, unusedSettings } from '../../../lambdas/log-lines/unused-settings.ts';

const DEFAULTS: FieldSettings = {
  skipStatus: [],
  skipPath: undefined,
  skipUserAgent: undefined,
  sampleSlowerThan: Infinity,
  queryStrings: 'keep',
  redactQueryKeys: [],
  clientAddress: 'keep',
};
const kindsOf = (...schemas: readonly Partial<LogSchema>[]): LogKinds =>
  Object.fromEntries(
    schemas.map((schema, i) => [`kind${i}`, { schema: { addresses: [], urls: [], ...schema } }]),
  ) as unknown as LogKinds;
const unused = (settings: Partial<FieldSettings>, ...schemas: readonly Partial<LogSchema>[]) =>
  unusedSettings(kindsOf(...schemas), { ...DEFAULTS, ...settings }, 'KINDS', (setting) => `<${setting}>`);

describe('unusedSettings', () => {
  test('has nothing to say about defaults', () => {
    expect(unused({}, {})).toEqual([]);
  });

  test.each<[settings: Partial<FieldSettings>, schema: Partial<LogSchema>, needed: string]>([
    [{ skipStatus: ['2xx'] }, { status: 0 }, 'a status'],
    [{ skipPath: /x/ }, { request: 0 }, 'a path'],
    [{ skipUserAgent: /x/ }, { userAgent: 0 }, 'a user agent'],
    [{ sampleSlowerThan: 1 }, { durations: [0] }, 'a duration in seconds'],
    [{ queryStrings: 'drop' }, { request: 0 }, 'a URL'],
    [{ queryStrings: 'drop' }, { urls: [0] }, 'a URL'],
    [{ redactQueryKeys: ['x'] }, { request: 0 }, 'a URL'],
    [{ redactQueryKeys: ['x'] }, { urls: [0] }, 'a URL'],
    [{ clientAddress: 'mask' }, { addresses: [{ field: 0, hasPort: false }] }, "a client's address"],
  ])('%o is used by a log with %o only', (settings, schema, needed) => {
    expect(unused(settings, {}, schema)).toEqual([]);
    expect(unused(settings, {}, { durations: [] })).toEqual([
      `<${Object.keys(settings).join('')}> applies to none of the logs of KINDS, which are kind0, kind1: they do not have ${needed}`,
    ]);
  });

  test('names each setting that is not used', () => {
    expect(unused({ skipPath: /x/, skipUserAgent: /x/, clientAddress: 'mask' }, { request: 0 })).toEqual([
      expect.stringContaining('<skipUserAgent>'),
      expect.stringContaining('<clientAddress>'),
    ]);
  });
});
