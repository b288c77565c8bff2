import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { readFunctionSettings } from '../../lambdas/function-settings.ts';
import {
  functionEnvironment,
  readStackSettings,
  type StackSettings,
  SettingsError,
} from '../../lib/settings.ts';
import {
  ALB_SETTINGS,
  METRIC_SETTINGS,
  SCOUT_SETTINGS,
  type Setting,
  SETTINGS,
} from '../../lib/settings/settings-table.ts';
import { SCOUT } from '../support/harness/synth.ts';

const ALB = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0123456789abcdef';
const VPC = { vpcId: 'vpc-0123456789abcdef0', subnetIds: 'subnet-0123456789abcdef0' };

const read = (context: object): StackSettings =>
  readStackSettings(new App({ context: { ...SCOUT, ...context } }).node);

const faultsOf = (context: object): string[] => {
  try {
    read(context);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return [...error.message.matchAll(/^ {2}- (.*)$/gm)].map(([, fault = '']) => fault);
  }
};

describe('settings', () => {
  it('need no more than where Scout is', () => {
    expect(read({})).toMatchObject({
      ...SCOUT,
      scoutSecretName: 'scout/oauth-client',
      metrics: true,
      albLogs: true,
    });
  });

  it('are named all at once where they are missing, wrong or misspelt, with an example', () => {
    const context = {
      scoutEndpoint: '',
      scoutTokenUrl: 'http://id.example.com',
      albBody: 'yaml',
      metricTimout: 60,
    };
    expect(faultsOf(context)).toEqual([
      "scoutEndpoint is missing: Scout's OTLP base URL, such as https://otel.example.com/tenant/otlp",
      'scoutTokenUrl is "http://id.example.com"; it must be an https: URL without user, query or fragment',
      'albBody is "yaml"; it must be one of json, line, none',
      'metricTimout is no setting; did you mean metricTimeout?',
    ]);
    expect(() => read(context)).toThrow('npx cdk deploy \\\n    -c scoutEndpoint=https://');
  });

  it('are refused under a name that looks like ours', () => {
    expect(faultsOf({ scoutClientSecret: 'x' })).toEqual(['scoutClientSecret is no setting']);
  });

  it('live beside the context of CDK and of others', () => {
    expect(
      faultsOf({
        '@aws-cdk/core:stackRelativeExports': true,
        'aws:cdk:enable-path-metadata': true,
        owner: 'web',
      }),
    ).toEqual([]);
  });

  it('do not repeat the value of a header', () => {
    expect(faultsOf({ scoutHeaders: 'x-key: hush' })).toEqual([
      'scoutHeaders is malformed; it must be a JSON object whose values are text',
    ]);
  });

  it.each([
    ['nothing to deploy', { metrics: false, albLogs: 'false' }, /nothing is left/],
    [
      'two kinds of filter',
      { metricInclude: 'AWS/EC2', metricExclude: 'AWS/RDS' },
      /either includes or excludes/,
    ],
    [
      'a preset and an exclusion',
      { metricPreset: 'alb', metricExclude: 'AWS/RDS' },
      /either includes or excludes/,
    ],
    [
      'deleting from a bucket of others',
      { albLogBucketName: 'logs', deleteProcessedFiles: true },
      /albLogBucketName is only read/,
    ],
    ['delivery into a bucket of others', { albLogBucketName: 'logs', albArns: ALB }, /cannot be given with/],
    [
      'accounts of a bucket of others',
      { albLogBucketName: 'logs', albLogAccounts: '210987654321' },
      /cannot be given/,
    ],
    ['a prefix of no bucket', { albLogPrefix: 'prod/' }, /need albLogBucketName/],
    ['EventBridge of no bucket', { albLogSource: 'eventbridge' }, /need albLogBucketName/],
    ['a VPC without subnets', { vpcId: VPC.vpcId }, /go together/],
    ['subnets without a VPC', { subnetIds: VPC.subnetIds }, /go together/],
    ['a security group without a VPC', { securityGroupIds: 'sg-01234567' }, /needs vpcId/],
    ['one VPC in two regions', { ...VPC, regions: 'eu-west-1,us-east-1' }, /belong to one region/],
    ['a load balancer elsewhere', { albArns: ALB, regions: 'us-east-1' }, /outside regions/],
    ['a bucket that expires before its messages', { bucketRetentionDays: 27 }, /from 28 to/],
    ['a retention that CloudWatch Logs lacks', { logRetentionDays: 8 }, /one of 1, 3, 5, 7, 14/],
    ['less concurrency than an event source takes', { albConcurrency: 1 }, /from 2 to/],
    ['the ARN of a secret', { scoutSecretName: 'arn:aws:secretsmanager:a:1:secret:b' }, /not its ARN/],
    [
      'a Network Load Balancer',
      { albArns: ALB.replace('/app/', '/net/') },
      /ARNs of Application Load Balancers/,
    ],
    ['an account that lost its zeros', { albLogAccounts: [12345678901] }, /12 digits/],
    ['a service without a preset', { metricPreset: 'alb,nosuch' }, /services parted by commas, of alb/],
  ])('refuse %s', (_, context, fault) => {
    expect(faultsOf(context)).toEqual([expect.stringMatching(fault)]);
  });
});

describe('the environment of a function', () => {
  const everything = {
    scoutSecretName: 'other',
    scoutAudience: 'someone',
    scoutHeaders: { 'x-tenant': 'a' },
    scoutEnvironment: 'staging',
    scoutResourceAttributes: 'team=web',
    requestTimeout: 10,
    batchSize: 500,
    batchBytes: '1000000',
    deleteProcessedFiles: 'true',
    metricServiceName: 'namespace',
    metricUnits: 'ucum',
    metricDimensionAttributes: true,
    albServiceName: 'edge',
    albAttributes: 'semconv',
    albBody: 'none',
    albQueryStrings: 'mask',
    albRedactQueryKeys: 'email,token',
    albClientAddress: 'mask',
    albSkipStatus: '301,4xx',
    albSkipPath: '^/health$',
    albSkipUserAgent: 'ELB-HealthChecker',
    albSampleRate: '0.1',
    albSampleSlowerThan: 1.5,
    albConnectionLogs: true,
  };

  it('holds what was set, under the name of the variable, and nothing of the other pipeline', () => {
    const settings = read(everything);
    const scout = {
      SCOUT_ENDPOINT: SCOUT.scoutEndpoint,
      SCOUT_TOKEN_URL: SCOUT.scoutTokenUrl,
      SCOUT_SECRET_NAME: 'other',
      SCOUT_AUDIENCE: 'someone',
      SCOUT_HEADERS: '{"x-tenant":"a"}',
      SCOUT_ENVIRONMENT: 'staging',
      SCOUT_RESOURCE_ATTRIBUTES: 'team=web',
      REQUEST_TIMEOUT: '10',
      BATCH_SIZE: '500',
      BATCH_BYTES: '1000000',
      DELETE_PROCESSED_FILES: 'true',
    };
    expect(functionEnvironment(settings, 'metrics')).toEqual({
      ...scout,
      SCOUT_SERVICE_NAME: 'namespace',
      METRIC_UNITS: 'ucum',
      METRIC_DIMENSION_ATTRIBUTES: 'true',
    });
    expect(functionEnvironment(settings, 'logs')).toEqual({
      ...scout,
      SCOUT_SERVICE_NAME: 'edge',
      ALB_ATTRIBUTES: 'semconv',
      ALB_BODY: 'none',
      ALB_QUERY_STRINGS: 'mask',
      ALB_REDACT_QUERY_KEYS: 'email,token',
      ALB_CLIENT_ADDRESS: 'mask',
      ALB_SKIP_STATUS: '301,4xx',
      ALB_SKIP_PATH: '^/health$',
      ALB_SKIP_USER_AGENT: 'ELB-HealthChecker',
      ALB_SAMPLE_RATE: '0.1',
      ALB_SAMPLE_SLOWER_THAN: '1.5',
      ALB_CONNECTION_LOGS: 'true',
    });
  });

  it.each(['metrics', 'logs'] as const)('of %s is taken by the function as it is', (pipeline) => {
    expect(() =>
      readFunctionSettings(functionEnvironment(read(everything), pipeline), pipeline),
    ).not.toThrow();
  });

  const tables = [
    ['metrics', { ...SCOUT_SETTINGS, ...METRIC_SETTINGS }],
    ['logs', { ...SCOUT_SETTINGS, ...ALB_SETTINGS }],
  ] as const;
  it.each(
    tables.flatMap(([pipeline, table]) =>
      Object.entries<Setting>(table).flatMap(([key, { env, defaultText }]) =>
        env !== undefined && defaultText !== undefined ? [{ pipeline, key, env, defaultText }] : [],
      ),
    ),
  )('has by default, in $pipeline, what the table says of $key', ({ pipeline, env, defaultText }) => {
    const environment = functionEnvironment(read({}), pipeline);
    expect(readFunctionSettings({ ...environment, [env]: defaultText }, pipeline)).toEqual(
      readFunctionSettings(environment, pipeline),
    );
  });

  it('never holds credentials', () => {
    const variables = Object.values<Setting>(SETTINGS).map(({ env }) => env);
    expect(variables).not.toContain('SCOUT_CLIENT_ID');
    expect(variables).not.toContain('SCOUT_CLIENT_SECRET');
  });
});
