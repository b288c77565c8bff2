import { describe, expect, it } from 'vitest';
import { extraStatistics, merged, metricSelections } from '../../../lib/settings/metric-selection.ts';

describe('a selection of metrics', () => {
  it('is namespaces parted by commas', () => {
    expect(metricSelections.read('AWS/RDS, AWS/EC2')).toEqual([
      { namespace: 'AWS/RDS' },
      { namespace: 'AWS/EC2' },
    ]);
  });

  it('is JSON, as text or not, where metrics are named', () => {
    const selections = ['AWS/EC2', { namespace: 'AWS/RDS', metricNames: ['CPUUtilization'] }];
    const read = [{ namespace: 'AWS/EC2' }, { namespace: 'AWS/RDS', metricNames: ['CPUUtilization'] }];
    expect(metricSelections.read(selections)).toEqual(read);
    expect(metricSelections.read(JSON.stringify(selections))).toEqual(read);
  });

  it.each([
    ['empty text', ''],
    ['an empty list', []],
    ['an empty name', 'AWS/EC2,'],
    ['no names', [{ namespace: 'AWS/EC2', metricNames: [] }]],
    ['a misspelt key', [{ namespace: 'AWS/EC2', metricName: 'CPUUtilization' }]],
    ['names that are no list', [{ namespace: 'AWS/EC2', metricNames: 'CPUUtilization' }]],
    ['no namespace', [{ metricNames: ['CPUUtilization'] }]],
    ['one wrong of two', ['AWS/EC2', 1]],
  ])('is not %s', (_, raw) => {
    expect(metricSelections.read(raw)).toBeUndefined();
  });

  it('names each namespace once, and a whole namespace holds its metrics', () => {
    expect(
      merged([
        { namespace: 'A', metricNames: ['x'] },
        { namespace: 'B', metricNames: ['x'] },
        { namespace: 'A', metricNames: ['y', 'x'] },
        { namespace: 'B' },
      ]),
    ).toEqual([{ namespace: 'A', metricNames: ['x', 'y'] }, { namespace: 'B' }]);
  });
});

describe('additional statistics', () => {
  const valid = {
    namespace: 'AWS/ApplicationELB',
    metricNames: ['TargetResponseTime'],
    statistics: ['p90', 'tm99'],
  };

  it('are JSON, as text or not', () => {
    expect(extraStatistics.read([valid])).toEqual([valid]);
    expect(extraStatistics.read(JSON.stringify([valid]))).toEqual([valid]);
  });

  it.each([
    ['text that is no JSON', 'p90'],
    ['without metrics', [{ ...valid, metricNames: undefined }]],
    ['without statistics', [{ ...valid, statistics: [] }]],
    [
      'more than 20 of one configuration',
      [{ ...valid, statistics: Array.from({ length: 21 }, (_, i) => `p${i}`) }],
    ],
    [
      'for more than 100 metrics',
      [{ ...valid, metricNames: Array.from({ length: 101 }, (_, i) => `m${i}`) }],
    ],
    ['with a misspelt key', [{ ...valid, statistic: 'p90' }]],
  ])('are refused: %s', (_, raw) => {
    expect(extraStatistics.read(raw)).toBeUndefined();
  });
});
