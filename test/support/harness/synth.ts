import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ScoutForwarderStack } from '../../../lib/scout-forwarder-stack.ts';
import { readStackSettings } from '../../../lib/settings.ts';

/** The settings that every deploy needs. */
export const SCOUT = {
  scoutEndpoint: 'https://otel.example.com/tenant/otlp',
  scoutTokenUrl: 'https://id.example.com/oauth/token',
};

/** The stack of these context keys, with empty bundles; with a region, its construct has another id, as in bin/app.ts. */
export const createStack = (
  context: Readonly<Record<string, unknown>> = {},
  region?: string,
): ScoutForwarderStack => {
  // CDK's own validation of templates takes seconds, and `cdk synth` and cfn-lint validate them too.
  const app = new App({ context: { ...SCOUT, ...context }, builtinCloudFormationValidation: false });
  const props = { settings: readStackSettings(app.node.getAllContext()), bundles: createBundles() };
  return region === undefined
    ? new ScoutForwarderStack(app, 'Stack', props)
    : new ScoutForwarderStack(app, `Stack-${region}`, { ...props, stackName: 'Stack', env: { region } });
};

/** The template of the stack of these context keys; the same keys give the same template again. */
export const synth = (context: Readonly<Record<string, unknown>> = {}, region?: string): Template => {
  const key = JSON.stringify([context, region]);
  const template = templates.get(key) ?? Template.fromStack(createStack(context, region));
  templates.set(key, template);
  return template;
};

const templates = new Map<string, Template>();

/** The one resource of a type whose logical id begins so. */
export const resource = (template: Template, type: string, id: string): Resource =>
  resourceOf(template.toJSON(), type, id);

export const resourceOf = (
  { Resources }: { readonly Resources?: Readonly<Record<string, object>> },
  type: string,
  id: string,
): Resource => {
  const found = Object.entries(Resources ?? {})
    .map(([logicalId, one]) => ({ logicalId, ...one }) as Resource)
    .filter(({ logicalId, Type }) => Type === type && logicalId.startsWith(id));
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} resources ${type} ${id}`);
  return only;
};

export interface Resource {
  readonly logicalId: string;
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
}

/** Template values with references as text: `arn:${AWS::Partition}:s3:::${Bucket.Arn}/*`, without CDK's hashes. */
export const asText = (value: unknown): unknown => {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== 'object' || value === null) return value;
  const [[key, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && key === 'Ref') return `\${${withoutHash(argument)}}`;
  if (others.length === 0 && key === 'Fn::GetAtt') return `\${${withoutHash(argument[0])}.${argument[1]}}`;
  if (others.length === 0 && key === 'Fn::Join') return argument[1].map(asText).join(argument[0]);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, asText(one)]));
};

const withoutHash = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '');

let bundles: string | undefined;

/** A directory with an empty bundle for each function. */
export const createBundles = (): string => {
  if (bundles !== undefined) return bundles;
  bundles = mkdtempSync(join(tmpdir(), 'bundles-'));
  for (const name of ['metrics', 'logs', 'log-switch']) {
    mkdirSync(join(bundles, name));
    writeFileSync(join(bundles, name, 'index.mjs'), 'export const handler = () => {};\n');
  }
  return bundles;
};
