import { describe, expect, test } from 'vitest';
import { billOf } from '../../../bin/estimate/bill.ts';
import { billText } from '../../../bin/estimate/report.ts';
import { PRICES } from '../../../lib/prices.ts';
import { logUsage, metricUsage, settingsOf, usageOf } from '../../support/factories/usage.ts';

const report = async (usage: Parameters<typeof usageOf>[0]): Promise<readonly string[]> => {
  const bill = await billOf(usageOf(usage), settingsOf(), PRICES);
  const text = billText({
    bill,
    levers: [{ setting: '-c albBody=none', saves: 12.345 }],
    assumptions: [
      'A sentence that is far too long for a line of a terminal of eighty columns, and then some.',
    ],
    hints: ['a hint'],
  });
  return text.split('\n');
};

describe('the bill as text', () => {
  test('begins with the total, and has each namespace and load balancer, dearest first, with sums', async () => {
    const lines = await report({
      metrics: [metricUsage({ updates: 1e6 }), metricUsage({ namespace: 'AWS/SQS', updates: 2e6 })],
      logs: [logUsage({ sent: async () => ({ records: 1e9, bytes: 0 }) })],
    });

    // Fixed $11.22, objects of the stream $0.39, metrics $9.04, log $0.01 and 1,000 × $0.25; own gauges $0.01.
    expect(lines[0]).toBe('About $270.97 a month: $20.67 to AWS and $250.31 to Scout.');
    const rows = lines.map((line) => line.trim().split(/ {2,}/));
    const after = (title: string): readonly (readonly string[])[] =>
      rows.slice(rows.findIndex(([name]) => name === title) + 1);
    expect(after('Metrics by namespace').slice(0, 3)).toEqual([
      ['AWS/SQS', '2,000,000', '$6.03', '$0.20', '$6.23'],
      ['AWS/EC2', '1,000,000', '$3.01', '$0.10', '$3.11'],
      ['sum', '3,000,000', '$9.04', '$0.30', '$9.34'],
    ]);
    expect(after('Logs by load balancer')[0]).toEqual([
      'shop',
      '1,000,000,000',
      '$0.01',
      '$250.00',
      '$250.01',
    ]);
    expect(lines).toContain('      $12.35  -c albBody=none');
  });

  test('keeps to 80 columns, whatever the names', async () => {
    const lines = await report({
      metrics: Array.from({ length: 40 }, (_, index) =>
        metricUsage({
          namespace: `Example/${'Long'.repeat(40)}${index}`,
          account: '123456789012',
          updates: 1e9,
        }),
      ),
      logs: [logUsage({ name: 'a-load-balancer-with-a-long-name-0', kind: 'alb-connection' })],
    });

    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(lines.join('\n')).toContain('  25 others');
  });
});
