import { styleText } from 'node:util';
import { unitIn } from '../../lambdas/metric-stream/units.ts';
import { short, whole } from './numbers.ts';
import type { Received } from './scout-summary.ts';
import { textTable } from './text-table.ts';

/** Every metric as Scout received it, by namespace. */
export const metricsTable = ({ metrics }: Received, width: number): string => {
  const head = ['Metric', 'Unit', 'Points', 'Min', 'Avg', 'p99', 'Max'];
  const byNamespace = Map.groupBy([...metrics.values()], ({ namespace }) => namespace);
  const rows = sorted(byNamespace).flatMap(([namespace, list]) => [
    [styleText('bold', namespace), '', whole(sum(list.map(({ points }) => points)))],
    ...list
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, unit, points, min, sum, samples, p99, max }) => [
        `  ${name}`,
        shortUnit(unit),
        whole(points),
        ...[min, sum / samples, p99, max].map(short),
      ]),
  ]);
  return textTable([titles(head), ...rows], 2, width);
};

/** `Milliseconds` is `ms`: names of metrics need the room. */
const shortUnit = (unit: string): string => unitIn('ucum', unit).replace(/[{}]/g, '');

/** Requests by target group and class of status, with percentiles of target_processing_time. */
export const requestsTable = ({ requests }: Received, width: number): string => {
  const head = ['Target group', 'Status', 'Requests', 'p50 ms', 'p99 ms'];
  const groups = Map.groupBy([...requests.values()], ({ targetGroup }) => targetGroup);
  const rows = sorted(groups).flatMap(([group, list]) =>
    sorted(Map.groupBy(list, ({ status }) => status)).map(([status, minutes], index) => {
      const latencies = minutes.flatMap(({ latencies }) => latencies).toSorted((a, b) => a - b);
      return [
        index === 0 ? styleText('bold', group) : '',
        colored(status),
        whole(sum(minutes.map(({ count }) => count))),
        ...[0.5, 0.99].map((part) => short(percentile(latencies, part) * 1000)),
      ];
    }),
  );
  return textTable([titles(head), ...rows], 2, width);
};

/** @param numbers in ascending order; NaN for none */
export const percentile = (numbers: readonly number[], part: number): number =>
  numbers[Math.floor(part * numbers.length)] ?? NaN;

const titles = (head: readonly string[]): readonly string[] => head.map((title) => styleText('cyan', title));

const sorted = <T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] =>
  [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));

const STATUS_COLORS: Readonly<Record<string, 'green' | 'cyan' | 'yellow' | 'red'>> = {
  '2xx': 'green',
  '3xx': 'cyan',
  '4xx': 'yellow',
  '5xx': 'red',
};

const colored = (status: string): string => {
  const color = STATUS_COLORS[status];
  return color === undefined ? status : styleText(color, status);
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
