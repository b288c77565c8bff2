import uPlot from 'uplot';
import { short } from '../../numbers.ts';
import type { Series } from '../result.ts';
import { byId, h, table } from './html.ts';

/** Colors that people with any color vision can tell apart, on light and dark: https://jfly.uni-koeln.de/color/ */
const STATUS_COLORS: Readonly<Record<string, string>> = {
  '1xx': '#999999',
  '2xx': '#009e73',
  '3xx': '#56b4e9',
  '4xx': '#e69f00',
  '5xx': '#d55e00',
};
const COLORS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#999999'];

const HEIGHT = 220;

/** Draws both charts; each can be read as a table too. */
export const drawCharts = (requests: Series, latency: Series): void => {
  draw('requests', requests, (name, index) => STATUS_COLORS[name] ?? COLORS[index % COLORS.length] ?? '');
  draw('latency', latency, (_, index) => COLORS[index % COLORS.length] ?? '');
};

const drawn = new Map<string, uPlot>();

const draw = (
  id: string,
  { minutes, rows }: Series,
  color: (name: string, index: number) => string,
): void => {
  const figure = byId(id);
  const caption = figure.querySelector('figcaption')?.textContent ?? '';
  drawn.get(id)?.destroy();
  figure.querySelectorAll(':scope > :not(figcaption)').forEach((old) => old.remove());
  if (rows.length === 0) {
    figure.append(h('p', { class: 'note' }, 'No requests in this data.'));
    return;
  }

  const canvas = h('div', {
    role: 'img',
    'aria-label': `Chart: ${caption}. The table below has its numbers.`,
  });
  figure.append(canvas);
  const style = getComputedStyle(document.documentElement);
  const [ink, grid] = [style.getPropertyValue('--ink'), style.getPropertyValue('--line')];
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid } };
  const plot = new uPlot(
    {
      width: Math.max(280, figure.clientWidth),
      height: HEIGHT,
      scales: { y: { distr: 3 } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map(time) },
        { ...axis, size: 60, values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : short(tick))) },
      ],
      cursor: { y: false },
      series: [
        { label: 'UTC', value: (_, seconds: number | null) => (seconds === null ? '–' : time(seconds)) },
        ...rows.map(({ name }, index) => ({
          label: name,
          stroke: color(name, index),
          width: 2,
          spanGaps: true,
          value: (_: uPlot, value: number | null) => short(value ?? NaN),
        })),
      ],
    },
    [[...minutes], ...rows.map(({ values }) => [...values])],
    canvas,
  );
  drawn.set(id, plot);

  const head = ['UTC', ...rows.map(({ name }) => name)];
  const cells = minutes.map((minute, at) => [
    time(minute),
    ...rows.map(({ values }) => short(values[at] ?? NaN)),
  ]);
  const scroll = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption });
  scroll.append(table(caption, [head, ...cells]));
  figure.append(h('details', {}, h('summary', {}, 'As a table'), scroll));
};

const time = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(11, 16);

/** Fits the charts to the width of the window. */
export const resizeCharts = (): void => {
  for (const [id, plot] of drawn)
    plot.setSize({ width: Math.max(280, byId(id).clientWidth), height: HEIGHT });
};
