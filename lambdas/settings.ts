import type { Attributes } from './otlp/common.ts';
import type { BatchLimits } from './forwarding/format.ts';

/** Which pipeline's defaults apply. */
export type Pipeline = 'metrics' | 'alb-logs';

/** The functions' settings, from environment variables; README's table says what each means. */
export interface Settings {
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
}

export interface MetricSettings {
  readonly units: 'cloudwatch' | 'ucum';
  readonly dimensionAttributes: boolean;
}

/** Environment variables as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const SERVICE_NAMES = { metrics: 'aws-cloudwatch-stream', 'alb-logs': 'alb' } as const;
const MIB = 1024 * 1024;

/**
 * Reads and checks the settings.
 * @throws Error naming every variable that is missing or wrong, the value got (never a secret or a header), and what
 * would be right.
 */
export const readSettings = (environment: Environment, pipeline: Pipeline): Settings => {
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
    if (parsed === undefined) fault(name, SECRET.has(name) ? 'malformed' : JSON.stringify(value), right);
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

  const settings: Settings = {
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
const SECRET = new Set(['SCOUT_HEADERS']);
const URL_RULE = 'https: (http: only to loopback), without user, query or fragment';
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const safeUrl = (value: string): string | undefined => {
  const url = URL.parse(value);
  if (url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return undefined;
  if (url.protocol === 'https:') return value;
  return url.protocol === 'http:' && LOOPBACK.test(url.hostname) ? value : undefined;
};

const headers = (value: string): Record<string, string> | undefined => {
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    const entries = Object.entries(parsed).map(([name, text]): [string, string] => {
      if (typeof text !== 'string') throw new TypeError('not text');
      return [name, text];
    });
    new Headers(entries);
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
