import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { createStack, resourceOf } from '../../support/harness/synth.ts';

const CERTIFICATE = 'test/fixtures/self-signed.cert.pem';

interface FunctionProperties {
  readonly Code: { readonly S3Key: string };
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
}

const deployed = (
  context?: object,
): { directory: string; variables: FunctionProperties['Environment']['Variables'] } => {
  const assembly = (createStack({ ...context }).node.root as App).synth();
  const { template } = assembly.getStackByName('Stack');
  const { Code, Environment } = resourceOf(template, 'AWS::Lambda::Function', 'MetricsForwarder')
    .Properties as unknown as FunctionProperties;
  const directory = join(assembly.directory, `asset.${Code.S3Key.replace('.zip', '')}`);
  return { directory, variables: Environment.Variables };
};

describe('a function is deployed', () => {
  test('with its bundle alone', () => {
    const { directory, variables } = deployed();
    expect(readdirSync(directory)).toEqual(['index.mjs']);
    expect(variables).not.toHaveProperty('NODE_EXTRA_CA_CERTS');
  });

  test("with the certificates of a private CA beside it, that Lambda's user can read, and NODE_EXTRA_CA_CERTS names", () => {
    const { directory, variables } = deployed({ caCertificateFile: CERTIFICATE });
    expect(readdirSync(directory)).toEqual(['ca.pem', 'index.mjs']);
    const copy = join(directory, 'ca.pem');
    expect(readFileSync(copy)).toEqual(readFileSync(CERTIFICATE));
    expect(statSync(copy).mode & 0o777).toBe(0o644);
    expect(variables.NODE_EXTRA_CA_CERTS).toBe('/var/task/ca.pem');
  });
});
