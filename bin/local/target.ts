import { FUNCTION_SETTINGS } from '../../lambdas/function-settings.ts';
import { UsageError } from '../shared/command-line.ts';
import { type ScoutRequest, startScout } from './emulators/scout.ts';

/** Where a run sends. */
export interface Target {
  /** A sentence for people. */
  readonly text: string;
  /** Base URL. */
  readonly endpoint: string;
  /** Whether it is the Scout on this machine that sees each request. */
  readonly isEmbedded: boolean;
  /** The functions' variables of the connection. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

export interface TargetOptions {
  readonly otlp: string | undefined;
  /** Whether the samples are what is sent. */
  readonly areSamples: boolean;
  readonly sendsSamples: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Sees what the embedded Scout gets. */
  readonly onRequest: (request: ScoutRequest) => void;
}

const CONNECTION = ['SCOUT_ENDPOINT', 'SCOUT_TOKEN_URL', 'SCOUT_CLIENT_ID', 'SCOUT_CLIENT_SECRET'] as const;

/** @throws UsageError if the URL is not one, if the connection is half set, or if samples would leave this machine */
export const openTarget = async (options: TargetOptions): Promise<Target> => {
  if (options.otlp !== undefined) return otlpReceiver(options.otlp, options);
  const { environment } = options;
  const missing = CONNECTION.filter((name) => !environment[name]);
  if (missing.length === CONNECTION.length)
    return embeddedScout(options, (endpoint) => `on this machine, ${endpoint}; nothing leaves it`);
  if (missing.length > 0) throw new UsageError(`set ${missing.join(', ')} too, or none of the four`);
  const endpoint = environment['SCOUT_ENDPOINT'] ?? '';
  if (options.areSamples && !options.sendsSamples)
    return embeddedScout(options, (endpoint) => `here, ${endpoint}; to yours with --send-samples`);
  return {
    text: `Sends to the Scout of SCOUT_ENDPOINT, ${FUNCTION_SETTINGS.scout.endpoint.parser.show?.(endpoint)}.`,
    endpoint,
    isEmbedded: false,
    env: pick(environment, [...CONNECTION, 'SCOUT_AUDIENCE', 'SCOUT_HEADERS']),
    close: async () => undefined,
  };
};

const embeddedScout = async (
  { onRequest }: TargetOptions,
  where: (endpoint: string) => string,
): Promise<Target> => {
  const { endpoint, environment: env, close } = await startScout({ keep: false, onRequest });
  return { text: `Sends to a Scout ${where(endpoint)}.`, endpoint, isEmbedded: true, env, close };
};

/** The functions ask for a token first, always; the runtime on this machine leaves it out of what this host gets. */
const otlpReceiver = async (
  url: string,
  { areSamples, sendsSamples, environment }: TargetOptions,
): Promise<Target> => {
  const { parser } = FUNCTION_SETTINGS.scout.endpoint;
  const endpoint = parser.parse(url);
  if (endpoint === undefined)
    throw new UsageError(`--otlp is ${parser.show?.(url)}; it must be ${parser.expected}`);
  const isNear = /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(new URL(endpoint).hostname);
  if (areSamples && !isNear && !sendsSamples)
    throw new UsageError(`nothing was sent: the samples go to ${endpoint} only with --send-samples`);
  const tokens = await startScout({ keep: false });
  return {
    text: `Sends to the OTLP receiver ${endpoint}.`,
    endpoint,
    isEmbedded: false,
    env: {
      ...tokens.environment,
      ...pick(environment, ['SCOUT_HEADERS']),
      SCOUT_ENDPOINT: endpoint,
      TOKENLESS_HOST: new URL(endpoint).host,
    },
    close: tokens.close,
  };
};

const pick = (
  environment: TargetOptions['environment'],
  names: readonly string[],
): Readonly<Record<string, string>> =>
  Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
