import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { asText, resource, synth } from '../support/harness/synth.ts';

const loop = (template: Template): unknown =>
  resource(template, 'AWS::Lambda::Function', 'AlbLogsForwarder').Properties.RecursiveLoop;

const dashboardUrl = (template: Template): unknown => {
  const { Outputs } = template.toJSON() as { Outputs: Record<string, { Value: unknown }> };
  return Outputs.DashboardUrl && asText(Outputs.DashboardUrl.Value);
};

const deliveryPrincipal = (template: Template): unknown => {
  const { PolicyDocument } = resource(template, 'AWS::S3::BucketPolicy', 'Bucket').Properties;
  const { Statement } = asText(PolicyDocument) as { Statement: { Principal: { Service?: string } }[] };
  return Statement.find(({ Principal }) => Principal.Service?.startsWith('logdelivery.'))?.Principal;
};

const SERVICE = 'logdelivery.elasticloadbalancing.amazonaws.com';

describe('a stack in a region', () => {
  test.each(['eu-west-1', 'ap-east-2', 'us-east-1'])(
    'allows recursive loops where Lambda detects them: %s',
    (region) => {
      expect(loop(synth({}, region))).toBe('Allow');
    },
  );

  test.each([
    'mx-central-1',
    'ap-southeast-6',
    'us-gov-west-1',
    'cn-north-1',
    'us-iso-east-1',
    'eusc-de-east-1',
  ])('synthesizes without the loop setting where Lambda has none: %s', (region) => {
    expect(loop(synth({}, region))).toBeUndefined();
  });

  test.each([
    ['eu-west-1', 'console.aws.amazon.com'],
    ['cn-north-1', 'console.amazonaws.cn'],
    ['us-gov-west-1', 'console.amazonaws-us-gov.com'],
    ['eusc-de-east-1', 'console.amazonaws-eusc.eu'],
  ])('links to the dashboard in the console of its partition: %s', (region, host) => {
    expect(dashboardUrl(synth({}, region))).toBe(
      `https://${region}.${host}/cloudwatch/home?region=${region}#dashboards/dashboard/\${Dashboard}`,
    );
  });

  test('has no link where the console is not public', () => {
    expect(dashboardUrl(synth({}, 'us-iso-east-1'))).toBeUndefined();
  });

  test.each(['eu-west-1', 'us-gov-west-1', 'eusc-de-east-1'])(
    'lets the delivery service write, as AWS documents for %s',
    (region) => {
      expect(deliveryPrincipal(synth({}, region))).toEqual({ Service: SERVICE });
    },
  );

  test.each([
    ['cn-north-1', '638102146993'],
    ['cn-northwest-1', '037604701340'],
    ['us-iso-east-1', '770363063475'],
  ])('also lets the account of Elastic Load Balancing write in %s', (region, account) => {
    expect(deliveryPrincipal(synth({}, region))).toEqual({
      Service: SERVICE,
      AWS: `arn:\${AWS::Partition}:iam::${account}:root`,
    });
  });
});

describe('a permissions boundary in cdk.json', () => {
  test("reaches every role, those of CDK's own functions too", () => {
    const template = synth({
      '@aws-cdk/core:permissionsBoundary': { name: 'boundary' },
      albArns: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0123456789abcdef',
    });
    const roles = Object.entries(template.findResources('AWS::IAM::Role'));
    expect(roles.length).toBeGreaterThanOrEqual(7);
    for (const [id, { Properties }] of roles) {
      expect({ id, boundary: asText(Properties.PermissionsBoundary) }).toEqual({
        id,
        boundary: 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/boundary',
      });
    }
  });
});
