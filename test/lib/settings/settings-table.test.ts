import { describe, expect, it } from 'vitest';
import {
  ALB_SETTINGS,
  METRIC_SETTINGS,
  SCOUT_SETTINGS,
  type Setting,
  SETTINGS,
  STACK_SETTINGS,
} from '../../../lib/settings/settings-table.ts';

describe('the table of settings', () => {
  it('has a default that its own value would take', () => {
    for (const [key, setting] of Object.entries<Setting>(SETTINGS)) {
      if (setting.default === undefined) continue;
      expect({ key, value: setting.value.read(setting.default) }).toEqual({ key, value: setting.default });
    }
  });

  it('has each key once', () => {
    const tables = [SCOUT_SETTINGS, METRIC_SETTINGS, ALB_SETTINGS, STACK_SETTINGS];
    expect(tables.flatMap((table) => Object.keys(table))).toHaveLength(Object.keys(SETTINGS).length);
  });
});
