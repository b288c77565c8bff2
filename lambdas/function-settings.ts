import type { Attributes } from './otlp/common.ts';
import type { BatchLimits } from './format.ts';
import { http } from './runtime/node-http.ts';

/** Which pipeline's defaults apply. */
export type Pipeline = 'metrics' | 'logs';

/** The functions' settings, from environment variables; README's table says what each means. */
export interface FunctionSettings {
  readonly scout: ScoutSettings;
  readonly resource: ResourceSettings;
  readonly batch: BatchLimits;
  readonly deleteProcessedFiles: boolean;
  readonly queueUrl?: string | undefined;
  readonly deadLetterQueueUrl?: string | undefined;
  readonly rejected: { readonly bucket?: string | undefined; readonly prefix: string };
  readonly sourceBucket?: string | undefined;
  readonly alb: AlbSettings;
  readonly metrics: MetricSettings;
}

export interface ScoutSettings {
  /** OTLP base URL without a trailing slash or signal path. */
  readonly endpoint: string;
  readonly tokenUrl: string;
  readonly secretName?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  readonly audience: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `auto`: zstd, or gzip if Scout refuses zstd. */
  readonly compression: 'auto' | 'zstd' | 'gzip';
  /** Milliseconds for one POST. */
  readonly requestTimeoutMs: number;
}

export interface ResourceSettings {
  readonly environment: string;
  readonly serviceName: string;
  readonly attributes: Attributes;
}

export interface AlbSettings {
  readonly attributes: 'aws' | 'semconv' | 'both';
  readonly body: 'json' | 'line' | 'none';
  /** As logged, with their values masked, or left out. */
  readonly queryStrings: 'keep' | 'mask' | 'drop';
  /** As logged, or without the last octet (IPv6: the last 80 bits). */
  readonly clientAddress: 'keep' | 'mask';
  /** Query parameters that are redacted beside those of signed URLs. */
  readonly redactQueryKeys: readonly string[];
  /** Requests that are left out: statuses such as `301` and `4xx`, patterns of path and user agent. */
  readonly skipStatus: readonly string[];
  readonly skipPath?: RegExp | undefined;
  readonly skipUserAgent?: RegExp | undefined;
  /** Share of successful requests that is kept, 0 to 1; errors always are. */
  readonly sampleRate: number;
  /** Seconds from which on a request is kept whatever the rate. */
  readonly sampleSlowerThan: number;
  /** Forward connection logs too. */
  readonly connectionLogs: boolean;
}

export interface MetricSettings {
  readonly units: 'cloudwatch' | 'ucum';
  readonly dimensionAttributes: boolean;
}

/** Environment variables as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const SERVICE_NAMES = { metrics: 'aws-cloudwatch-stream', logs: 'alb' } as const;
const MIB = 1024 * 1024;

/**
 * Reads and checks the settings.
 * @throws Error naming every variable that is missing or wrong, the value got (never a secret or a header), and what
 * would be right.
 */
export const readFunctionSettings = (environment: Environment, pipeline: Pipeline): FunctionSettings => {
  const faults: string[] = [];
  const fault = (name: string, got: string, right: string): void => {
    faults.push(`${name} is ${got}; it must be ${right}`);
  };
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const parse = <T>(
    name: string,
    fallback: T,
    right: string,
    parser: (value: string) => T | undefined,
  ): T => {
    const value = text(name);
    if (value === undefined) return fallback;
    const parsed = parser(value);
    if (parsed === undefined) fault(name, shown(name, value), right);
    return parsed ?? fallback;
  };
  const required = (name: string, right: string, parser: (value: string) => string | undefined): string => {
    if (text(name) === undefined) fault(name, 'missing', right);
    return parse(name, '', right, parser);
  };
  const oneOf = <T extends string>(name: string, ...words: readonly [T, ...T[]]): T =>
    parse(name, words[0], words.map((word) => `"${word}"`).join(', '), (value) =>
      words.find((word) => word === value),
    );
  const flag = (name: string): boolean => oneOf(name, 'false', 'true') === 'true';
  const whole = (name: string, fallback: number, least: number, most: number): number =>
    parse(name, fallback, `a whole number from ${least} to ${most}`, (value) => {
      const number = /^\d+$/.test(value) ? Number(value) : NaN;
      return number >= least && number <= most ? number : undefined;
    });
  const decimal = (name: string, fallback: number, most: number): number =>
    parse(name, fallback, `a number from 0 to ${most}`, (value) => {
      const number = /^\d*\.?\d+$/.test(value) ? Number(value) : NaN;
      return number <= most ? number : undefined;
    });
  const list = (name: string, item: RegExp, right: string): readonly string[] =>
    parse(name, [], right, (value) => {
      const items = value.split(',').map((text) => text.trim());
      return items.every((text) => item.test(text)) ? items : undefined;
    });
  const pattern = (name: string): RegExp | undefined =>
    parse(name, undefined, 'a regular expression', regularExpression);

  const settings: FunctionSettings = {
    scout: {
      endpoint: required('SCOUT_ENDPOINT', `the OTLP base URL, ${URL_RULE}`, (value) =>
        safeUrl(
          value
            .replace(/\/+$/, '')
            .replace(/\/v1\/(?:metrics|logs)$/, '')
            .replace(/\/+$/, ''),
        ),
      ),
      tokenUrl: required('SCOUT_TOKEN_URL', `the OAuth2 token endpoint, ${URL_RULE}`, safeUrl),
      secretName: text('SCOUT_SECRET_NAME'),
      clientId: text('SCOUT_CLIENT_ID'),
      clientSecret: text('SCOUT_CLIENT_SECRET'),
      audience: text('SCOUT_AUDIENCE') ?? 'b14collector',
      headers: parse('SCOUT_HEADERS', {}, 'a JSON object of header names and text values', headers),
      compression: oneOf('SCOUT_COMPRESSION', 'auto', 'zstd', 'gzip'),
      requestTimeoutMs: whole('REQUEST_TIMEOUT', 30, 1, 900) * 1000,
    },
    resource: {
      environment: text('SCOUT_ENVIRONMENT') ?? 'production',
      serviceName: text('SCOUT_SERVICE_NAME') ?? SERVICE_NAMES[pipeline],
      attributes: parse('SCOUT_RESOURCE_ATTRIBUTES', {}, 'pairs such as team=web,tier=1', pairs),
    },
    batch: {
      records: whole('BATCH_SIZE', 10_000, 1, 100_000),
      bytes: whole('BATCH_BYTES', 4 * MIB, 1024, 4 * MIB),
    },
    deleteProcessedFiles: flag('DELETE_PROCESSED_FILES'),
    queueUrl: text('QUEUE_URL'),
    deadLetterQueueUrl: text('DEAD_LETTER_QUEUE_URL'),
    rejected: { bucket: text('REJECTED_BUCKET'), prefix: text('REJECTED_PREFIX') ?? 'rejected/' },
    sourceBucket: text('SOURCE_BUCKET'),
    alb: {
      attributes: oneOf('ALB_ATTRIBUTES', 'aws', 'semconv', 'both'),
      body: oneOf('ALB_BODY', 'json', 'line', 'none'),
      queryStrings: oneOf('ALB_QUERY_STRINGS', 'keep', 'mask', 'drop'),
      clientAddress: oneOf('ALB_CLIENT_ADDRESS', 'keep', 'mask'),
      redactQueryKeys: list(
        'ALB_REDACT_QUERY_KEYS',
        /^[^\s,=&?#"]+$/,
        'names of query parameters parted by commas',
      ),
      skipStatus: list('ALB_SKIP_STATUS', /^[1-5](?:\d\d|xx)$/, 'statuses parted by commas, such as 301,4xx'),
      skipPath: pattern('ALB_SKIP_PATH'),
      skipUserAgent: pattern('ALB_SKIP_USER_AGENT'),
      sampleRate: decimal('ALB_SAMPLE_RATE', 1, 1),
      sampleSlowerThan: decimal('ALB_SAMPLE_SLOWER_THAN', Infinity, 4000),
      connectionLogs: flag('ALB_CONNECTION_LOGS'),
    },
    metrics: {
      units: oneOf('METRIC_UNITS', 'cloudwatch', 'ucum'),
      dimensionAttributes: flag('METRIC_DIMENSION_ATTRIBUTES'),
    },
  };

  const { secretName, clientId, clientSecret } = settings.scout;
  if (secretName === undefined && (clientId === undefined || clientSecret === undefined)) {
    fault(
      'SCOUT_SECRET_NAME',
      'missing',
      'a Secrets Manager secret, unless SCOUT_CLIENT_ID and SCOUT_CLIENT_SECRET are set',
    );
  }
  const { prefix } = settings.rejected;
  if (
    !prefix.endsWith('/') ||
    SOURCE_PREFIXES.some((source) => prefix.startsWith(source) || source.startsWith(prefix))
  ) {
    fault(
      'REJECTED_PREFIX',
      JSON.stringify(prefix),
      `a prefix that ends in / and is apart from ${SOURCE_PREFIXES.join(' and ')}`,
    );
  }
  if (faults.length > 0) throw new Error(`wrong settings: ${faults.join('. ')}.`);
  return settings;
};

const SOURCE_PREFIXES = ['metrics/', 'alb/'];
const URL_RULE = 'https: (http: only to loopback), without user, query or fragment';
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** A wrong value as a message may show it: nothing of headers, nor what a URL may hold of passwords and keys. */
const shown = (name: string, value: string): string => {
  if (name === 'SCOUT_HEADERS') return 'malformed';
  if (!name.endsWith('_ENDPOINT') && !name.endsWith('_URL')) return JSON.stringify(value);
  return JSON.stringify(value.replace(/^([a-z]+:\/\/)?.*@/is, '$1***@').replace(/([?#]).+$/s, '$1***'));
};

const safeUrl = (value: string): string | undefined => {
  const url = URL.parse(value);
  if (url === null || url.username !== '' || url.password !== '' || /[?#]/.test(value)) return undefined;
  if (url.protocol === 'https:') return value;
  return url.protocol === 'http:' && LOOPBACK.test(url.hostname) ? value : undefined;
};

const regularExpression = (value: string): RegExp | undefined => {
  try {
    return new RegExp(value);
  } catch {
    return undefined;
  }
};

const headers = (value: string): Record<string, string> | undefined => {
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    const entries = Object.entries(parsed).map(([name, text]): [string, string] => {
      if (typeof text !== 'string') throw new TypeError('not text');
      const value = text.trim();
      http.validateHeaderName(name);
      http.validateHeaderValue(name, value);
      return [name, value];
    });
    return Object.fromEntries(entries);
  } catch {
    return undefined;
  }
};

const pairs = (value: string): Record<string, string> | undefined => {
  const entries = value.split(',').map((pair): [string, string] => {
    const at = pair.indexOf('=');
    return [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()];
  });
  return entries.some(([name]) => name === '') ? undefined : Object.fromEntries(entries);
};
