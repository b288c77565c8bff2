import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { expect, test } from 'vitest';
import { LOG_RETENTION_DAYS } from '../../../lib/settings/settings-table.ts';

test('the days that a log can be kept are those of CDK, but for ever', () => {
  const days = Object.values(RetentionDays).filter((value) => typeof value === 'number');
  expect(LOG_RETENTION_DAYS).toEqual(days.filter((value) => value !== RetentionDays.INFINITE));
});
