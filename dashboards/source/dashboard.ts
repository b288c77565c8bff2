/** Tables of OpenTelemetry's clickhouse exporter, each with the column that the time range is applied to. */
const TABLES = {
  otel_logs: { dateTimeColDataType: 'TimestampTime', dateTimeType: 'DATETIME' },
  otel_metrics_summary: { dateTimeColDataType: 'TimeUnix', dateTimeType: 'DATETIME64' },
  otel_metrics_gauge: { dateTimeColDataType: 'TimeUnix', dateTimeType: 'DATETIME64' },
} as const;

/** One panel and its query. */
export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly type: 'timeseries' | 'table' | 'stat';
  /** The table behind `$timeSeries` and `$timeFilter`. */
  readonly table: keyof typeof TABLES;
  /** Grafana's name of the unit of every number: https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit */
  readonly unit: string;
  /** The shortest step; by default a minute, the resolution of CloudWatch. */
  readonly leastStep?: string;
  readonly sql: string;
}

/** A list that the reader of a dashboard chooses from; a panel names it as `${name:singlequote}`. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly sql: string;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly panels: readonly Panel[];
}

/** Scout's data source: https://grafana.com/grafana/plugins/vertamedia-clickhouse-datasource/ */
const DATA_SOURCE = { type: 'vertamedia-clickhouse-datasource', uid: '${DS_SCOUT}' };
const WIDTH = 12;
const HEIGHT = 8;

/** A dashboard as Grafana imports it: it asks for the data source and the database. */
export const grafanaJson = ({ uid, title, description, variables, panels }: Dashboard): object => ({
  __inputs: [
    {
      name: 'DS_SCOUT',
      label: 'Scout',
      description: 'DS_ScoutAltCH',
      type: 'datasource',
      pluginId: DATA_SOURCE.type,
      pluginName: 'Altinity plugin for ClickHouse',
    },
    {
      name: 'VAR_DATABASE',
      label: 'Database',
      description: 'Name of your organisation',
      type: 'constant',
      value: '',
    },
  ],
  id: null,
  uid,
  title,
  description,
  tags: ['aws', 'scout-forwarder'],
  editable: true,
  schemaVersion: 39,
  time: { from: 'now-3h', to: 'now' },
  refresh: '1m',
  templating: { list: [DATABASE, ...variables.map(grafanaVariable)] },
  panels: panels.map(grafanaPanel),
});

const DATABASE = {
  name: 'database',
  label: 'Database',
  type: 'constant',
  query: '${VAR_DATABASE}',
  current: { text: '${VAR_DATABASE}', value: '${VAR_DATABASE}' },
  hide: 2,
};

const grafanaVariable = ({ name, label, sql }: Variable): object => ({
  name,
  label,
  type: 'query',
  datasource: DATA_SOURCE,
  query: sql,
  definition: sql,
  multi: true,
  includeAll: true,
  current: { text: 'All', value: '$__all' },
  // On every change of the time range.
  refresh: 2,
  sort: 1,
});

const grafanaPanel = (panel: Panel, index: number): object => {
  const { title, description, type, table, unit, leastStep = '1m', sql } = panel;
  return {
    id: index + 1,
    title,
    description,
    type,
    datasource: DATA_SOURCE,
    gridPos: { x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
    interval: leastStep,
    fieldConfig: { defaults: { unit }, overrides: [] },
    options: type === 'timeseries' ? { legend: { displayMode: 'list', placement: 'bottom' } } : {},
    targets: [
      {
        refId: 'A',
        datasource: DATA_SOURCE,
        editorMode: 'sql',
        database: '${database}',
        table,
        ...TABLES[table],
        format: type === 'timeseries' ? 'time_series' : 'table',
        intervalFactor: 1,
        // The last minute is shown as it is, not as the plugin expects it to become.
        extrapolate: false,
        query: sql,
      },
    ],
  };
};
