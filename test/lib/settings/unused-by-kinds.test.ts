import { describe, expect, test } from 'vitest';
import { LOG_KIND_NAMES } from '../../../lambdas/function-settings.ts';
import { readStackSettings } from '../../../lib/settings.ts';
import { SCOUT } from '../../support/harness/synth.ts';

const read = (context: object) => readStackSettings({ ...SCOUT, ...context }, {});

const FILTERS = {
  albSkipStatus: '4xx',
  albSkipPath: '^/health',
  albSkipUserAgent: 'curl',
  albSampleSlowerThan: 1,
  albQueryStrings: 'drop',
  albRedactQueryKeys: 'token',
};

describe('a setting about a field of the logs', () => {
  test.each(Object.entries(FILTERS))('is refused where no kind has the field: %s', (key, value) => {
    const create = () => read({ logKinds: 'alb-connection', [key]: value });
    expect(create).toThrow(
      `${key} applies to none of the logs of logKinds, which are alb-connection: they do`,
    );
  });

  test.each(Object.entries(FILTERS))('is taken where one of the kinds has it: %s', (key, value) => {
    expect(() => read({ logKinds: LOG_KIND_NAMES, [key]: value })).not.toThrow();
  });

  test('that every kind has is taken for each of them', () => {
    for (const logKinds of LOG_KIND_NAMES)
      expect(() => read({ logKinds, albSampleRate: 0.5, albBody: 'line' })).not.toThrow();
  });

  test('does not matter where no logs are forwarded', () => {
    expect(() => read({ albLogs: false, logKinds: 'alb-connection', ...FILTERS })).not.toThrow();
  });
});
