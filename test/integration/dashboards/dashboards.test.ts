import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Account, forward } from '../support/forward.ts';
import { program } from '../support/program.ts';
import { expanded, type Target } from './macros.ts';
import { DATABASE, type Row, type ScoutDatabase, startScoutDatabase } from './scout-database.ts';
import { BALANCERS, BROKEN_LINES, generateTraffic, MINUTE, type TrafficObject } from './traffic.ts';
import { expectedRows } from './truth.ts';

const otelcol = program('OTELCOL');
const python = program('CHDB_PYTHON');

interface Dashboard {
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
  readonly panels: readonly Panel[];
}

interface Panel {
  readonly title: string;
  readonly interval: string;
  readonly targets: readonly Target[];
}

const dashboard = (name: string): Dashboard =>
  JSON.parse(readFileSync(`dashboards/${name}.json`, 'utf8')) as Dashboard;

const traffic = generateTraffic(Math.floor(Date.now() / (5 * MINUTE)) * 5 * MINUTE - 20 * MINUTE);
const truth = expectedRows(traffic);

/** What each environment's functions were set to. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // The tests' forwarder leaves out by default what no test of it is about.
  'by default': { OWN_METRICS: 'true' },
  'in semantic conventions': {
    ALB_ATTRIBUTES: 'semconv',
    ALB_BODY: 'none',
    METRIC_DIMENSION_ATTRIBUTES: 'false',
    METRIC_UNITS: 'ucum',
  },
};

describe.skipIf(otelcol === undefined || python === undefined)('a dashboard in Scout', () => {
  let scout: ScoutDatabase;

  beforeAll(async () => {
    scout = await startScoutDatabase(otelcol ?? '', python ?? '');
    for (const environment of Object.keys(SETTINGS)) {
      await send('logs', environment, traffic.logs);
      await send('metrics', environment, traffic.metrics);
    }
  });
  afterAll(async () => scout.close());

  const send = async (
    pipeline: 'logs' | 'metrics',
    environment: string,
    objects: readonly TrafficObject[],
    settings = SETTINGS[environment],
  ): Promise<readonly Account[]> => {
    const accounts: Account[] = [];
    for (const { key, body } of objects) {
      const all = { ...settings, SCOUT_ENVIRONMENT: environment };
      accounts.push(...(await forward(pipeline, scout.endpoint, key, body, all)).accounts);
    }
    return accounts;
  };

  /** The rows at the shortest step, for the range of the traffic. */
  const rowsOf = (target: Target, environment: string, to = traffic.end - 1, step = '1m') => {
    const variables = { env: [environment], loadBalancer: Object.keys(BALANCERS) };
    const stepSeconds = Number.parseInt(step, 10) * 60;
    const choice = { from: traffic.start, to, stepSeconds, database: DATABASE, variables };
    return scout.query(expanded(target, choice));
  };

  const panelRows = (name: string, title: string, environment: string, to?: number) => {
    const panel = dashboard(name).panels.find((panel) => panel.title === title);
    const [target] = panel?.targets ?? [];
    if (target === undefined) throw new Error(`${name} has no panel ${title}`);
    return rowsOf(target, environment, to, panel?.interval);
  };

  test.each(Object.keys(truth))('%s has the panels whose truth is known', (name) => {
    expect(
      dashboard(name)
        .panels.map(({ title }) => title)
        .toSorted(),
    ).toEqual(Object.keys(truth[name] ?? {}).toSorted());
  });

  const PANELS = Object.keys(truth).flatMap((name) =>
    dashboard(name).panels.flatMap(({ title }) =>
      Object.keys(SETTINGS).map((environment) => [name, title, environment] as const),
    ),
  );
  test.each(PANELS)('%s shows "%s" as it was, of data sent %s', async (name, title, environment) => {
    expectRows(await panelRows(name, title, environment), truth[name]?.[title] ?? []);
  });

  test.each(Object.keys(truth))(
    '%s offers the environments and load balancers that there are',
    async (name) => {
      for (const { name: variable, query } of dashboard(name).templating.list.slice(1)) {
        const rows = await rowsOf({ query, dateTimeColDataType: '', dateTimeType: '' }, 'by default');
        expect(rows.flatMap((row) => Object.values(row))).toEqual(
          variable === 'env' ? Object.keys(SETTINGS) : Object.keys(BALANCERS).toSorted(),
        );
      }
    },
  );

  test('forwarder shows lines that could not be parsed, and the object that holds them', async () => {
    const rows = await panelRows('forwarder', 'Unparsable lines', 'by default', Date.now());
    expectRows(rows, [{ object: traffic.logs[0]?.key, lines: BROKEN_LINES }]);
  });

  test('forwarder shows what the functions say of themselves', async () => {
    const title = 'Delivered records by pipeline';
    const rows = await panelRows('forwarder', title, 'by default', Date.now());
    const delivered = Map.groupBy(rows, ({ series }) => series);
    const totals = [...delivered].map(([series, own]) => ({
      series,
      records: own.reduce((sum, { value }) => sum + Number(value) * 60, 0),
    }));
    expectRows(totals, [
      { series: 'logs', records: traffic.requests.length + BROKEN_LINES },
      { series: 'metrics', records: traffic.data.length },
    ]);
    const lags = await panelRows('forwarder', 'Lag by pipeline', 'by default', Date.now());
    for (const { value } of lags) expect(value).toBeGreaterThan(0);
    expect(new Set(lags.map(({ series }) => series))).toEqual(new Set(['logs', 'metrics']));
  });

  test('the list of environments is filled in browse mode', async () => {
    const sql = `SELECT DISTINCT ResourceAttributes['environment'] AS env FROM \`${DATABASE}\`.otel_metrics_gauge`;
    expect(await scout.query(sql)).toEqual([{ env: 'by default' }]);
  });

  test('forwarder counts what came twice', async () => {
    const environment = 'twice';
    const [log, metric] = [traffic.logs.slice(-1), traffic.metrics.slice(-1)];
    const [first] = await send('logs', environment, [...log, ...log]);
    const [other] = await send('metrics', environment, [...metric, ...metric]);
    const rows = await panelRows('forwarder', 'Records that came twice', environment);
    expectRows(rows, [{ log_records: first?.read, metric_points: other?.read }]);
  });

  test('alb-logs counts a sampled record for the requests that it stands for', async () => {
    const objects = traffic.logs.slice(-1);
    const environment = 'sampled';
    const [account] = await send('logs', environment, objects, { ALB_SAMPLE_RATE: '0.5' });
    const [balancer] = Object.keys(BALANCERS).filter((name) =>
      objects[0]?.key.includes(name.replaceAll('/', '.')),
    );
    const failed = traffic.requests.filter(
      ({ ms, status, ...request }) =>
        ms >= traffic.end - 5 * MINUTE && request.balancer === balancer && /^[45]/.test(status),
    ).length;
    const rows = await panelRows('alb-logs', 'Requests by load balancer', environment);
    const shown = rows.reduce((sum, { value }) => sum + Number(value) * 60, 0);
    expect(shown).toBeCloseTo(2 * ((account?.delivered ?? 0) - failed) + failed);
    expect(account?.delivered).toBeLessThan(account?.read ?? 0);
  });
});

/** Compares the columns that are expected, in any order of the rows; numbers to nine digits. */
const expectRows = (actual: readonly Row[], expected: readonly Row[]): void => {
  const columns = Object.keys(expected[0] ?? {});
  const plain = (rows: readonly Row[]): string[] =>
    rows
      .map((row) =>
        columns
          .map((column) => {
            const value = row[column];
            return typeof value === 'number' ? value.toPrecision(9) : String(value);
          })
          .join(' | '),
      )
      .toSorted();
  expect(plain(actual)).toEqual(plain(expected));
};
