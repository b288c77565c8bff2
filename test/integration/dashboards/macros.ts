/** The time range, the step and the variables that a query is for. */
export interface Choice {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
  readonly database: string;
  readonly variables: Readonly<Record<string, readonly string[]>>;
}

/** A query and its time column, as a panel's target holds them. */
export interface Target {
  readonly query: string;
  readonly dateTimeColDataType: string;
  readonly dateTimeType: string;
}

/**
 * A query as Scout's data source sends it to ClickHouse. Grafana puts in the variables, the plugin its macros
 * (https://github.com/Altinity/clickhouse-grafana#macros; what each becomes is in its pkg/eval/eval_query.go).
 */
export const expanded = (target: Target, choice: Choice): string => {
  const { from, to, stepSeconds, database, variables } = choice;
  const seconds = { $from: Math.floor(from / 1000), $to: Math.floor(to / 1000) };
  const { timeSeries, timeFilter } = timeMacros(target, stepSeconds, seconds);
  const query = Object.entries(variables)
    .reduce(
      (sql, [name, values]) => sql.replaceAll(`\${${name}:singlequote}`, singleQuoted(values)),
      target.query,
    )
    .replaceAll('${database}', database)
    .replaceAll(/\$timeSeries\b/g, timeSeries)
    .replaceAll(/\$timeFilter\b/g, timeFilter)
    .replaceAll(/\$from\b/g, String(seconds.$from))
    .replaceAll(/\$to\b/g, String(seconds.$to))
    .replaceAll(/\$interval\b/g, String(stepSeconds));
  const [left] = /\$\{?\w+/.exec(query) ?? [];
  if (left !== undefined) throw new Error(`${left} is neither a macro nor a variable: ${query}`);
  return query;
};

/** https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/#singlequote */
const singleQuoted = (values: readonly string[]): string =>
  values.map((value) => `'${value.replaceAll("'", "\\'")}'`).join(',');

const timeMacros = (
  { dateTimeColDataType: column, dateTimeType }: Target,
  step: number,
  { $from, $to }: { readonly $from: number; readonly $to: number },
) =>
  dateTimeType === 'DATETIME64'
    ? {
        timeSeries: `(intDiv(toFloat64(${column}) * 1000, (${step} * 1000)) * (${step} * 1000))`,
        timeFilter: `${column} >= toDateTime64(${$from},3) AND ${column} <= toDateTime64(${$to},3)`,
      }
    : {
        timeSeries: `(intDiv(toUInt32(${column}), ${step}) * ${step}) * 1000`,
        timeFilter: `${column} >= toDateTime(${$from}) AND ${column} <= toDateTime(${$to})`,
      };
