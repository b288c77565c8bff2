import { FORMER_LOGS_PREFIX, LOGS_PREFIX, METRICS_PREFIX, REJECTED_PREFIX } from './key-prefixes.ts';
import {
  anyText,
  baseUrl,
  byAccount,
  commaSeparated,
  decimal,
  flag,
  headers,
  integer,
  matching,
  oneOf,
  pairs,
  type Parser,
  regularExpression,
  shown,
  url,
} from './setting-parsers.ts';

/** What is forwarded, by a function and through a queue of its own. */
export type Pipeline = 'metrics' | 'logs';

/** Every kind of log that can be turned on: each is a row of log-kinds.ts. */
export const LOG_KIND_NAMES = [
  'alb',
  'alb-connection',
  'alb-health-check',
  'nlb',
  'clb',
  'vpc-flow',
] as const;
export type LogKindName = (typeof LOG_KIND_NAMES)[number];

/** One setting of the functions. */
export interface FunctionSetting<T = unknown> {
  /** The environment variable. */
  readonly env: string;
  /** Another name of the variable. */
  readonly alias?: string;
  readonly parser: Parser<T>;
  readonly required?: true;
  readonly default?: T;
  /** No message shows the value. */
  readonly secret?: true;
}

const MIB = 1024 * 1024;
const ENVIRONMENT = 'production';
export const METRIC_SERVICE_NAME = 'aws-cloudwatch-stream';

/**
 * Every setting of the functions: the one place of its variable, its values and its default. lib/settings/ adds the
 * descriptions, which the bundles do without.
 */
export const FUNCTION_SETTINGS = {
  scout: {
    /** OTLP base URL without a trailing slash or signal path. */
    endpoint: { env: 'SCOUT_ENDPOINT', parser: baseUrl("Scout's OTLP base URL"), required: true },
    tokenUrl: { env: 'SCOUT_TOKEN_URL', parser: url("Scout's OAuth2 token endpoint"), required: true },
    /** A value that is not a name may be the secret itself. */
    secretName: {
      env: 'SCOUT_SECRET_NAME',
      parser: matching(/^[\w/+=.@:-]+$/, 'the name of a secret'),
      secret: true,
    },
    clientId: { env: 'SCOUT_CLIENT_ID', parser: anyText },
    clientSecret: { env: 'SCOUT_CLIENT_SECRET', parser: anyText, secret: true },
    audience: { env: 'SCOUT_AUDIENCE', parser: anyText, default: 'b14collector' },
    headers: { env: 'SCOUT_HEADERS', parser: headers, default: {}, secret: true },
    compression: { env: 'SCOUT_COMPRESSION', parser: oneOf('auto', 'zstd', 'gzip'), default: 'auto' },
    /** Seconds for one POST. */
    requestTimeout: { env: 'REQUEST_TIMEOUT', parser: integer(1, 900), default: 30 },
  },
  resource: {
    environment: { env: 'SCOUT_ENVIRONMENT', parser: byAccount(ENVIRONMENT), default: ENVIRONMENT },
    /** Without one metrics have `METRIC_SERVICE_NAME`, and each log kind has its own (log-kinds.ts). */
    serviceName: { env: 'SCOUT_SERVICE_NAME', parser: anyText },
    attributes: { env: 'SCOUT_RESOURCE_ATTRIBUTES', parser: pairs, default: {} },
  },
  /** Keys of the resources' tags that are sent. */
  resourceTags: {
    env: 'RESOURCE_TAGS',
    parser: commaSeparated(
      // https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
      matching(/^[\p{L}\p{N}\p{Zs}_.:/=+\-@]{1,128}$/u, ''),
      'keys of tags, separated by commas',
    ),
    default: [],
  },
  batch: {
    records: { env: 'BATCH_SIZE', parser: integer(1, 100_000), default: 10_000 },
    /** Uncompressed. */
    bytes: { env: 'BATCH_BYTES', parser: integer(1024, 4 * MIB), default: 4 * MIB },
  },
  ownMetrics: { env: 'OWN_METRICS', parser: flag, default: true },
  deleteProcessedFiles: { env: 'DELETE_PROCESSED_FILES', parser: flag, default: false },
  queueUrl: { env: 'QUEUE_URL', parser: anyText },
  deadLetterQueueUrl: { env: 'DEAD_LETTER_QUEUE_URL', parser: anyText },
  sourceBucket: { env: 'SOURCE_BUCKET', parser: anyText },
  rejected: {
    bucket: { env: 'REJECTED_BUCKET', parser: anyText },
    prefix: { env: 'REJECTED_PREFIX', parser: anyText, default: REJECTED_PREFIX },
  },
  logKinds: {
    env: 'LOG_KINDS',
    parser: commaSeparated(
      oneOf(...LOG_KIND_NAMES),
      `kinds of logs, separated by commas, of ${LOG_KIND_NAMES.join(', ')}`,
    ),
    default: ['alb'],
  },
  /** The former way to turn on the kind `alb-connection`. */
  albConnectionLogs: { env: 'ALB_CONNECTION_LOGS', parser: flag, default: false },
  /** Of log records of every kind. */
  alb: {
    attributes: {
      env: 'ALB_ATTRIBUTES',
      alias: 'LOG_ATTRIBUTES',
      parser: oneOf('aws', 'semconv', 'both'),
      default: 'aws',
    },
    body: { env: 'ALB_BODY', alias: 'LOG_BODY', parser: oneOf('json', 'line', 'none'), default: 'json' },
    queryStrings: {
      env: 'ALB_QUERY_STRINGS',
      alias: 'LOG_QUERY_STRINGS',
      parser: oneOf('keep', 'mask', 'drop'),
      default: 'keep',
    },
    clientAddress: {
      env: 'ALB_CLIENT_ADDRESS',
      alias: 'LOG_CLIENT_ADDRESS',
      parser: oneOf('keep', 'mask'),
      default: 'keep',
    },
    redactQueryKeys: {
      env: 'ALB_REDACT_QUERY_KEYS',
      alias: 'LOG_REDACT_QUERY_KEYS',
      parser: commaSeparated(
        matching(/^[^\s,=&?#"]+$/, ''),
        'names of query parameters, separated by commas',
      ),
      default: [],
    },
    skipStatus: {
      env: 'ALB_SKIP_STATUS',
      alias: 'LOG_SKIP_STATUS',
      parser: commaSeparated(
        matching(/^[1-5](?:\d\d|xx)$/, ''),
        'statuses separated by commas, such as 301,4xx',
      ),
      default: [],
    },
    skipPath: { env: 'ALB_SKIP_PATH', alias: 'LOG_SKIP_PATH', parser: regularExpression },
    skipUserAgent: { env: 'ALB_SKIP_USER_AGENT', alias: 'LOG_SKIP_USER_AGENT', parser: regularExpression },
    sampleRate: { env: 'ALB_SAMPLE_RATE', alias: 'LOG_SAMPLE_RATE', parser: decimal(0, 1), default: 1 },
    /** Seconds. */
    sampleSlowerThan: {
      env: 'ALB_SAMPLE_SLOWER_THAN',
      alias: 'LOG_SAMPLE_SLOWER_THAN',
      parser: decimal(0, 4000),
      default: Infinity,
    },
  },
  metrics: {
    units: { env: 'METRIC_UNITS', parser: oneOf('cloudwatch', 'ucum'), default: 'cloudwatch' },
    dimensionAttributes: { env: 'METRIC_DIMENSION_ATTRIBUTES', parser: flag, default: true },
  },
} as const satisfies SettingTree;

interface SettingTree {
  readonly [name: string]: FunctionSetting | Readonly<Record<string, FunctionSetting>>;
}

type Table = typeof FUNCTION_SETTINGS;

/** The value of a setting with this row. */
export type SettingValue<Row> = Row extends { readonly parser: Parser<infer T> }
  ? Row extends { readonly required: true } | { readonly default: unknown }
    ? T
    : T | undefined
  : never;

type ValuesOf<Rows> = {
  readonly [K in keyof Rows]: Rows[K] extends { readonly env: string }
    ? SettingValue<Rows[K]>
    : ValuesOf<Rows[K]>;
};

/** Names of the environment variables in a table of settings. */
export type Variables<Rows> = Rows extends { readonly env: infer Name extends string }
  ? Name
  : Rows extends { readonly parser: unknown }
    ? never
    : Variables<Rows[keyof Rows]>;

/** Every environment variable of the functions. */
export type Variable = Variables<Table>;

/** The functions' settings, as their code reads them. */
export type FunctionSettings = Omit<ValuesOf<Table>, 'albConnectionLogs'>;
export type ScoutSettings = FunctionSettings['scout'];
export type ResourceSettings = FunctionSettings['resource'];
export type AlbSettings = FunctionSettings['alb'];
export type MetricSettings = FunctionSettings['metrics'];
/** The settings that logs of any kinds read. */
export type LineSettings = Pick<FunctionSettings, 'alb' | 'resource'> & {
  readonly logKinds: readonly string[];
};

/** Environment variables as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const SOURCE_PREFIXES = [METRICS_PREFIX, LOGS_PREFIX, FORMER_LOGS_PREFIX];

/**
 * Reads and checks the settings.
 * @throws Error naming every variable that is missing or wrong, the value got (never a secret or a header), and what
 * would be right.
 */
export const readFunctionSettings = (environment: Environment): FunctionSettings => {
  const faults: string[] = [];
  const textOf = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const value = (row: FunctionSetting): unknown => {
    const read = readSetting(row, row.env, textOf);
    if (read.fault !== undefined) faults.push(read.fault);
    return read.value;
  };
  const values = (rows: SettingTree): object =>
    Object.fromEntries(
      Object.entries(rows).map(([name, node]) => [name, isRow(node) ? value(node) : values(node)]),
    );

  const { albConnectionLogs, ...settings } = values(FUNCTION_SETTINGS) as ValuesOf<Table>;
  const { secretName, clientId, clientSecret } = settings.scout;
  if (secretName === undefined && (clientId === undefined || clientSecret === undefined)) {
    faults.push(
      'SCOUT_SECRET_NAME is missing; it must be the name of a secret, unless SCOUT_CLIENT_ID and SCOUT_CLIENT_SECRET are set',
    );
  }
  const { prefix } = settings.rejected;
  const overlaps = SOURCE_PREFIXES.some((source) => prefix.startsWith(source) || source.startsWith(prefix));
  if (!prefix.endsWith('/') || overlaps) {
    faults.push(
      `REJECTED_PREFIX is ${shown(prefix)}; it must be a prefix that ends in / and is apart from ${SOURCE_PREFIXES.join(' and ')}`,
    );
  }
  if (faults.length > 0) throw new Error(`invalid settings: ${faults.join('. ')}.`);
  return { ...settings, logKinds: logKinds(settings.logKinds, albConnectionLogs) };
};

const isRow = (node: object): node is FunctionSetting => 'env' in node;

/** The value of a setting, or its default; a fault says what is missing or wrong, under the name that was given. */
export const readSetting = <T>(
  { alias, parser, required, secret, default: fallback }: Omit<FunctionSetting<T>, 'env'>,
  name: string,
  textOf: (name: string) => string | undefined,
): { readonly value?: T | undefined; readonly fault?: string } => {
  const [given, other] = [name, alias ?? name].filter((one) => textOf(one) !== undefined);
  if (given !== undefined && other !== undefined && other !== given)
    return { fault: `${given} and ${other} are one setting; give one` };
  const text = given === undefined ? undefined : textOf(given);
  if (text === undefined) {
    return required ? { fault: `${name} is missing; it must be ${parser.expected}` } : { value: fallback };
  }
  const value = parser.parse(text);
  if (value !== undefined) return { value };
  const got = secret ? 'malformed' : (parser.show ?? shown)(text);
  return { value: fallback, fault: `${given} is ${got}; it must be ${parser.expected}` };
};

/** The kinds of logs to forward; `albConnectionLogs` adds its kind. */
export const logKinds = (
  kinds: readonly LogKindName[],
  albConnectionLogs: boolean,
): readonly LogKindName[] =>
  albConnectionLogs ? [...new Set([...kinds, 'alb-connection' as const])] : kinds;
