import { expect, test } from 'vitest';
import { lineWith, recordOf, attributesIn, FIELDS } from '../support/factories/alb-records.ts';
import { datum, pointIn } from '../support/factories/metric-points.ts';

const ROW = 22;
const WIDTH = 1100;
const COLUMNS = [16, 230, 560, 580] as const;

interface Row {
  readonly name: string;
  readonly value: string;
  /** Each line of text on the right. */
  readonly becomes: readonly string[];
}

/** Two columns of text with an arrow from each row on the left to its lines on the right. */
const picture = (left: string, right: string, rows: readonly Row[]): string => {
  const [nameX, valueX, arrowX, rightX] = COLUMNS;
  let y = 58;
  const parts: string[] = [];
  rows.forEach(({ name, value, becomes }, index) => {
    const height = Math.max(becomes.length, 1) * ROW;
    if (index % 2 === 0)
      parts.push(`<rect x="0" y="${y - 15}" width="${WIDTH}" height="${height}" class="band"/>`);
    parts.push(`<text x="${nameX}" y="${y}" class="name">${escape(name)}</text>`);
    parts.push(`<text x="${valueX}" y="${y}">${escape(shortened(value, 38))}</text>`);
    if (becomes.length > 0) parts.push(`<text x="${arrowX - 24}" y="${y}" class="arrow">→</text>`);
    becomes.forEach((text, line) =>
      parts.push(`<text x="${rightX - 20}" y="${y + line * ROW}">${escape(shortened(text, 66))}</text>`),
    );
    y += height;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="${escape(`${left} and ${right}`)}">`,
    '<style>',
    'text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1f2328}',
    '.head{font-weight:700;font-size:15px}.name,.arrow{fill:#57606a}.band{fill:#eaeef2}.page{fill:#fff}',
    '@media (prefers-color-scheme:dark){text{fill:#e6edf3}.name,.arrow{fill:#9198a1}.band{fill:#1c2128}.page{fill:#0d1117}}',
    '</style>',
    `<rect width="${WIDTH}" height="${y}" class="page"/>`,
    `<text x="${nameX}" y="28" class="head">${escape(left)}</text>`,
    `<text x="${rightX - 20}" y="28" class="head">${escape(right)}</text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
};

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const shortened = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

test('the picture of a line shows the attributes that each field of it becomes', async () => {
  const environment = { ALB_ATTRIBUTES: 'semconv' };
  const whole = attributesIn(recordOf(lineWith(), environment));
  const rows = Object.entries(FIELDS).map(([name, value]): Row => {
    const other = name === 'type' ? 'ws' : value.startsWith('"') ? '"-"' : '-';
    const without = recordOf(lineWith({ [name]: other }), environment);
    const others = name === 'time' ? whole : attributesIn(without);
    const becomes = Object.entries(whole)
      .filter(([attribute, value]) => shown(others[attribute]) !== shown(value))
      .map(([attribute, value]) => `${attribute} = ${shown(value)}`);
    return { name, value: value.replaceAll('"', ''), becomes: [...(SPECIAL[name] ?? []), ...becomes] };
  });
  const filled = rows.filter(({ value, name }) => value !== '-' && !name.startsWith('field_'));
  expect(filled.filter(({ becomes }) => becomes.length === 0).map(({ name }) => name)).toEqual([]);
  await expect(
    picture('A line of an ALB access log', 'Its log record (albAttributes=semconv)', filled),
  ).toMatchFileSnapshot('../../docs/images/line.svg');
});

const row = (name: string, value: unknown, ...becomes: readonly string[]): Row => ({
  name,
  value: typeof value === 'string' ? value : JSON.stringify(value),
  becomes,
});

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? Number(part) : part)) ?? '';

/** Fields that are parts of the record itself. */
const SPECIAL: Readonly<Record<string, readonly string[]>> = {
  time: ['time, to the microsecond'],
  elb_status_code: ['severity: 5xx ERROR, 4xx WARN, else INFO'],
  trace_id: ['trace id'],
  'target:port_list': ['(only where more than one target was tried)'],
  target_status_code_list: ['(only where more than one target was tried)'],
};

test('the picture of a datum shows the parts of the data point that it becomes', async () => {
  const members = datum({
    namespace: 'AWS/ApplicationELB',
    metric_name: 'TargetResponseTime',
    dimensions: { LoadBalancer: 'app/shop/0123456789abcdef', AvailabilityZone: 'eu-west-1a' },
    unit: 'Seconds',
    value: { max: 1.2, min: 0.004, sum: 8.5, count: 120, p99: 0.9 },
  });
  const point = pointIn(JSON.stringify(members), { metrics: { dimensionAttributes: true } });
  const attribute = (name: string): readonly string[] =>
    point.attributes[name] === undefined ? [] : [`${name} = ${JSON.stringify(point.attributes[name])}`];
  const quantile = (at: number): string =>
    `quantile ${at} = ${point.summary?.quantiles.find(([quantile]) => quantile === at)?.[1]}`;
  const dimensionAttributes = Object.keys(point.attributes).filter((name) => name.startsWith('Dimension'));
  const value = members['value'] as Readonly<Record<string, number>>;
  const rows = [
    row(
      'account_id',
      members['account_id'],
      `cloud.account.id = ${JSON.stringify(point.resource['cloud.account.id'])}`,
    ),
    row('region', members['region'], `cloud.region = ${JSON.stringify(point.resource['cloud.region'])}`),
    row('namespace', members['namespace'], `name: ${point.name}`, ...attribute('Namespace')),
    row('metric_name', members['metric_name'], ...attribute('MetricName')),
    row(
      'dimensions',
      members['dimensions'],
      ...dimensionAttributes.flatMap(attribute),
      ...attribute('cloud.resource_id'),
    ),
    row('timestamp', members['timestamp'], `time = ${point.timeUnixNano} ns`),
    row('value.count', value['count'], `count = ${point.summary?.count}`),
    row('value.sum', value['sum'], `sum = ${point.summary?.sum}`),
    row('value.min', value['min'], quantile(0)),
    row('value.p99', value['p99'], quantile(0.99)),
    row('value.max', value['max'], quantile(1)),
    row('unit', members['unit'], `unit = ${point.unit}`),
  ];
  await expect(picture('A datum of the metric stream', 'Its summary data point', rows)).toMatchFileSnapshot(
    '../../docs/images/datum.svg',
  );
});
