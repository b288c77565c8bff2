import { readFileSync } from 'node:fs';
import type { StackSettings } from '../../lib/settings.ts';
import { ELB_METRICS } from '../../lib/settings/elb-metrics.ts';
import { baseUrl } from '../../lambdas/setting-parsers.ts';
import { UsageError } from '../shared/command-line.ts';
import { exporterRules } from './exporter-rules.ts';

const TEMPLATES = [
  'cloudwatch-exporter.yaml',
  'otel-collector.yaml',
  'compose.yaml',
  'policy.json',
  'README.md',
];

/** The Collector's settings: it expands variables of its environment in its file. */
export const ENV_FILE = '.env';

export type CollectorSettings = Pick<
  StackSettings,
  | 'scoutEndpoint'
  | 'scoutTokenUrl'
  | 'scoutAudience'
  | 'scoutEnvironment'
  | 'scoutHeaders'
  | 'scoutResourceAttributes'
  | 'requestTimeout'
>;

/** The files by name. @throws UsageError for a value that cannot be written into `.env` */
export const pollingFiles = (
  settings: CollectorSettings,
  region: string,
): Readonly<Record<string, string>> => {
  const values: Readonly<Record<string, string>> = {
    region,
    metrics: `\n${exporterRules()}`,
    count: String(ELB_METRICS.length),
  };
  const template = (name: string): string =>
    readFileSync(new URL(`templates/${name}`, import.meta.url), 'utf8').replaceAll(
      /'?\{\{(\w+)\}\}'?/g,
      (_, key: string) => values[key] ?? '',
    );
  return {
    ...Object.fromEntries(TEMPLATES.map((name) => [name, template(name)])),
    [ENV_FILE]: environmentFile(settings, region),
  };
};

const environmentFile = (settings: CollectorSettings, region: string): string => {
  const { scoutEnvironment, scoutResourceAttributes, scoutHeaders } = settings;
  const environment = typeof scoutEnvironment === 'string' ? scoutEnvironment : scoutEnvironment.default;
  const attributes = {
    'cloud.provider': 'aws',
    'cloud.region': region,
    environment,
    'deployment.environment': environment,
    'deployment.environment.name': environment,
    ...scoutResourceAttributes,
  };
  const variables = {
    SCOUT_ENDPOINT: baseUrl('').parse(settings.scoutEndpoint) ?? settings.scoutEndpoint,
    SCOUT_TOKEN_URL: settings.scoutTokenUrl,
    SCOUT_AUDIENCE: settings.scoutAudience,
    SCOUT_HEADERS: json(scoutHeaders),
    REQUEST_TIMEOUT: String(settings.requestTimeout),
    RESOURCE_ATTRIBUTES: json(
      Object.entries(attributes).map(([key, value]) => ({ action: 'upsert', key, value })),
    ),
  };
  const lines = Object.entries(variables).map(([name, value]) => {
    if (/['\n]/.test(value))
      throw new UsageError(`${name} holds a quote or a line break, which ${ENV_FILE} cannot hold`);
    return `${name}='${value}'\n`;
  });
  return `# Written by npm run polling.\n${lines.join('')}`;
};

/** JSON is YAML, which the Collector reads in a variable. */
const json = (value: unknown): string => JSON.stringify(value).replaceAll("'", String.raw`\u0027`);
