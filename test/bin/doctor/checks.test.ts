import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../bin/doctor/check.ts';
import { CHECKS } from '../../../bin/doctor/checks.ts';
import { createContext } from '../../../bin/doctor/context.ts';
import { FAILURE_TYPES } from '../../../lambdas/forwarding/failure-type.ts';
import { readStackSettings } from '../../../lib/settings.ts';
import {
  allowed,
  awsError,
  awsReplies,
  calledActions,
  HEALTHY,
  letter,
  LOAD_BALANCER,
  notification,
  REGION,
  type Replies,
} from '../../support/harness/deployed-aws.ts';
import { SCOUT } from '../../support/harness/synth.ts';

/** No server listens there. */
const NOWHERE = { scoutTokenUrl: 'http://127.0.0.1:1/token' };
const ABOUT_SCOUT = /^(?:token|Scout accepts .*|compression)$/;

const contextOf = async (keys: object = {}, loadBalancers: readonly string[] = [LOAD_BALANCER]) =>
  createContext({
    settings: { ...readStackSettings({ ...SCOUT, ...keys }), ...NOWHERE },
    region: REGION,
    stackName: 'ScoutForwarder',
    loadBalancers,
  });

/** Findings about AWS, by name. */
const examine = async (
  replies: Partial<Replies>,
  keys?: object,
  loadBalancers?: readonly string[],
): Promise<Readonly<Record<string, Finding>>> => {
  awsReplies({ ...HEALTHY, ...replies });
  const context = await contextOf(keys, loadBalancers);
  const findings: Record<string, Finding> = {};
  for (const check of CHECKS)
    for await (const [name, finding] of check.run(context)) findings[name] = finding;
  return Object.fromEntries(Object.entries(findings).filter(([name]) => !ABOUT_SCOUT.test(name)));
};

const troubles = (findings: Readonly<Record<string, Finding>>) =>
  Object.fromEntries(Object.entries(findings).filter(([, { status }]) => status !== 'ok'));

test('work that was late an hour ago is no fault of a queue that is empty now', async () => {
  const metrics = {
    ...HEALTHY_BUT('AWS/SQS ApproximateAgeOfOldestMessage'),
    'ScoutForwarder DeliveryLag': [[55, 7_200]],
  };
  const { 'logs: queue': queue } = await examine({ depth: [0, 0, 0], metrics });
  expect(queue).toEqual({
    status: 'ok',
    found: '0 waiting, 0 received, 0 delayed; the oldest is 0 s old',
  });
});

test('a healthy stack has only ok findings', async () => {
  expect(
    Object.fromEntries(Object.entries(await examine({})).map(([name, { found }]) => [name, found])),
  ).toEqual({
    settings: 'complete, for Scout at https://otel.example.com/tenant/otlp',
    secret: 'scout/oauth-client holds clientId and clientSecret',
    stack: 'ScoutForwarder is deployed (CREATE_COMPLETE)',
    'metric stream': 'running',
    'delivery stream': 'ACTIVE',
    'last delivery to S3': '7 min ago',
    'access logs of shop': 'on, to s3://ours/logs/alb',
    'alb: bucket policy': 'logdelivery.elasticloadbalancing.amazonaws.com may write to s3://ours/logs/alb/',
    'metrics: notifications': 'the queue is notified of new objects in s3://ours/metrics/',
    'logs: notifications': 'the queue is notified of new objects in s3://ours/logs/ and s3://ours/alb/',
    'metrics: event source': 'Lambda polls the queue: Enabled',
    'logs: event source': 'Lambda polls the queue: Enabled',
    'metrics: function errors': 'none in the last hour',
    'logs: function errors': 'none in the last hour',
    'metrics: queue': '3 waiting, 2 received, 1 delayed; the oldest is 12 s old',
    'logs: queue': '3 waiting, 2 received, 1 delayed; the oldest is 12 s old',
    'metrics: dead letters': 'none',
    'logs: dead letters': 'none',
    'metrics: last delivery': 'an object was forwarded 9 min ago',
    'logs: last delivery': 'an object was forwarded 9 min ago',
  });
});

test('each check calls exactly what its IAM actions allow', async () => {
  // Called once, by whichever check is first.
  const shared = ['cloudformation:DescribeStacks', 'secretsmanager:GetSecretValue'];
  for (const check of CHECKS) {
    awsReplies({ ...HEALTHY, lettersInAll: 1, letters: [letter('undelivered')] });
    const names: string[] = [];
    for await (const [name] of check.run(await contextOf({ resourceTags: 'team', logKinds: 'alb,clb' })))
      names.push(name);
    const called = calledActions().filter(
      (action) => check.actions.includes(action) || !shared.includes(action),
    );
    expect([names, called.toSorted()]).toEqual([names, check.actions.toSorted()]);
    expect(names).not.toEqual([]);
  }
});

const PUT_NOTIFICATIONS = `aws s3api put-bucket-notification-configuration --bucket ours --region ${REGION} --notification-configuration`;
const NEIGHBOUR = { QueueArn: 'arn:aws:sqs:eu-west-1:123456789012:theirs', Events: ['s3:ObjectRemoved:*'] };
const METRICS_ONLY = { ours: { QueueConfigurations: [notification('Metrics', 'metrics/'), NEIGHBOUR] } };

/** AWS's responses, and the findings that are not ok; for both pipelines where the name has none. */
const CASES: readonly (readonly [
  string,
  Partial<Replies>,
  Readonly<Record<string, readonly (string | RegExp)[]>>,
])[] = [
  [
    'a secret that does not exist',
    { secret: awsError('ResourceNotFoundException') },
    {
      secret: [
        'fail',
        'secret scout/oauth-client does not exist in eu-west-1',
        /^aws secretsmanager create-secret --name scout\/oauth-client --region eu-west-1/,
      ],
    },
  ],
  [
    'a secret that holds something else',
    { secret: { SecretString: '{"id":"hush"}' } },
    { secret: ['fail', /must be JSON text such as \{"clientId"/, /put-secret-value --secret-id/] },
  ],
  [
    'a secret under a key that may not be used',
    { secret: awsError('AccessDeniedException', 'User: x is not authorized to perform: kms:Decrypt on it') },
    {
      secret: [
        'warn',
        /^not allowed: /,
        'allow the IAM action kms:Decrypt to the user or role that runs this',
      ],
    },
  ],
  [
    'a stack whose last deploy was rolled back',
    { stack: { ...HEALTHY.stack, StackStatus: 'UPDATE_ROLLBACK_COMPLETE' } },
    {
      stack: [
        'warn',
        'the last deploy failed: UPDATE_ROLLBACK_COMPLETE',
        /aws cloudformation describe-stack-events --stack-name ScoutForwarder --region eu-west-1/,
      ],
    },
  ],
  [
    'a stack that is being deleted',
    { stack: { ...HEALTHY.stack, StackStatus: 'DELETE_IN_PROGRESS' } },
    { stack: ['warn', 'the stack is being changed: DELETE_IN_PROGRESS', /^wait until it is done/] },
  ],
  [
    'a stopped metric stream',
    { stream: { State: 'stopped', OutputFormat: 'json' } },
    {
      'metric stream': [
        'fail',
        'it is stopped',
        'aws cloudwatch start-metric-streams --names stream --region eu-west-1',
      ],
    },
  ],
  [
    'a metric stream in another format, whose filters the command keeps',
    {
      stream: {
        State: 'running',
        OutputFormat: 'opentelemetry1.0',
        FirehoseArn: 'f',
        RoleArn: 'r',
        IncludeFilters: [],
        ExcludeFilters: [{ Namespace: 'ScoutForwarder' }],
      },
    },
    {
      'metric stream': [
        'fail',
        'its output format is opentelemetry1.0, the functions read json',
        `aws cloudwatch put-metric-stream --region eu-west-1 --cli-input-json '{"Name":"stream","FirehoseArn":"f","RoleArn":"r","ExcludeFilters":[{"Namespace":"ScoutForwarder"}],"OutputFormat":"json"}'`,
      ],
    },
  ],
  [
    'a metric stream that was deleted',
    { stream: awsError('ResourceNotFoundException', 'gone', 404) },
    { 'metric stream': ['fail', /^AWS does not know it: /, /npx cdk deploy --revert-drift/] },
  ],
  [
    'a delivery stream that failed, and delivered nothing',
    {
      delivery: { DeliveryStreamStatus: 'CREATING_FAILED' },
      metrics: HEALTHY_BUT('AWS/Firehose DeliveryToS3.Records'),
    },
    {
      'delivery stream': ['fail', 'CREATING_FAILED', /--revert-drift$/],
      'last delivery to S3': ['warn', 'none in the last 3 hours', /firehose-errors\//],
    },
  ],
  [
    'a delivery stream that may not be described',
    { delivery: awsError('AccessDeniedException', 'no') },
    { 'delivery stream': ['warn', /not allowed/, /^allow the IAM action firehose:DescribeDeliveryStream/] },
  ],
  [
    'access logs that are off',
    { attributes: { 'access_logs.s3.enabled': 'false' } },
    {
      'access logs of shop': [
        'fail',
        'they are off',
        `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ${LOAD_BALANCER} --attributes Key=access_logs.s3.enabled,Value=true Key=access_logs.s3.bucket,Value=ours Key=access_logs.s3.prefix,Value=logs/alb --region eu-west-1`,
      ],
    },
  ],
  ...(['theirs logs/alb', 'ours ', 'ours albs'] as const).map((place) => {
    const [bucket = '', prefix = ''] = place.split(' ');
    return [
      `access logs that go to "${place}"`,
      {
        attributes: {
          'access_logs.s3.enabled': 'true',
          'access_logs.s3.bucket': bucket,
          'access_logs.s3.prefix': prefix,
        },
      },
      {
        'access logs of shop': [
          'fail',
          `they go to s3://${bucket}/${prefix}, the stack reads s3://ours/logs/`,
          /albLogBucketName/,
        ],
      },
    ] as const;
  }),
  [
    'a load balancer that is gone',
    { attributes: awsError('LoadBalancerNotFoundException') },
    { 'access logs of shop': ['fail', /LoadBalancerNotFound/, /check its name/] },
  ],
  [
    'a bucket whose notifications were replaced, of which the command keeps what is there',
    { notifications: METRICS_ONLY },
    {
      'logs: notifications': [
        'fail',
        'the queue is not notified of new objects in s3://ours/logs/ and s3://ours/alb/',
        `${PUT_NOTIFICATIONS} '${JSON.stringify({
          QueueConfigurations: [
            ...METRICS_ONLY.ours.QueueConfigurations,
            notification('Logs', 'logs/'),
            notification('Logs', 'alb/'),
          ],
        })
          .replaceAll('"Name":"Prefix"', '"Name":"prefix"')
          .replace('"Name":"prefix"', '"Name":"Prefix"')}'. Then npm run backfill for the objects in between`,
      ],
    },
  ],
  [
    'notifications of another prefix, queue or event',
    {
      notifications: {
        ours: {
          QueueConfigurations: [
            notification('Metrics', 'alb/'),
            notification('Other', 'metrics/'),
            notification('Logs', 'alb/'),
            notification('Logs', 'logs/', 's3:ObjectRemoved:*'),
          ],
          EventBridgeConfiguration: {},
        },
      },
    },
    {
      'metrics: notifications': ['fail', /in s3:\/\/ours\/metrics\/$/, /"EventBridgeConfiguration":\{\}/],
      'logs: notifications': ['fail', /in s3:\/\/ours\/logs\/$/, /s3:ObjectRemoved/],
    },
  ],
  [
    'an event source mapping that is disabled',
    { mapping: { UUID: 'u-1', State: 'Disabled' } },
    {
      'event source': [
        'fail',
        'Lambda does not poll the queue: Disabled',
        'aws lambda update-event-source-mapping --enabled --uuid u-1 --region eu-west-1',
      ],
    },
  ],
  [
    'an event source mapping that is gone',
    { mapping: undefined },
    { 'event source': ['fail', /mapping is gone$/, 'npx cdk deploy --revert-drift'] },
  ],
  [
    'an event source mapping with a problem',
    { mapping: { State: 'Enabled', LastProcessingResult: 'PROBLEM: no right' } },
    { 'event source': ['warn', 'Enabled, PROBLEM: no right', /role/] },
  ],
  [
    'a function that failed',
    {
      metrics: {
        ...HEALTHY.metrics,
        'AWS/Lambda Errors': [
          [30, 2],
          [5, 1],
        ],
      },
    },
    { 'function errors': ['warn', '3 in the last hour', /^its log names the cause .*aws logs tail/] },
  ],
  ...(['AWS/SQS ApproximateAgeOfOldestMessage', 'ScoutForwarder DeliveryLag'] as const).map(
    (metric) =>
      [
        `a queue that is late by ${metric}`,
        { metrics: { ...HEALTHY.metrics, [metric]: [[1, 900]] } },
        { queue: ['fail', /the oldest is 900 s old/, /^data is late, not lost.*aws logs tail/] },
      ] as const,
  ),
  [
    'a queue whose work waits for an hour as Scout asked',
    {
      depth: [0, 5, 0],
      metrics: {
        ...HEALTHY_BUT('AWS/SQS ApproximateAgeOfOldestMessage'),
        'ScoutForwarder DeliveryLag': [[55, 7_200]],
      },
    },
    { queue: ['fail', /5 received, 0 delayed; the oldest is 7200 s old/, /^data is late, not lost/] },
  ],
  [
    'no object forwarded lately',
    { metrics: HEALTHY_BUT('ScoutForwarder ObjectsForwarded') },
    { 'last delivery': ['warn', 'no object was forwarded in the last 3 hours', /the lines above/] },
  ],
  [
    'dead letters, whose reasons are grouped by type and whose remedies are those of the pipeline',
    {
      lettersInAll: 12,
      letters: [
        letter('wrong_format', 'control byte 3'),
        letter('wrong_format', 'other'),
        letter(),
        letter('new'),
      ],
    },
    {
      'metrics: dead letters': [
        'fail',
        '12: wrong_format (control byte 3); none; new (because)',
        /^npm run letters -- list --pipeline metrics\. wrong_format: the prefix metrics\/ .*output format to JSON, then npm run letters -- drop --pipeline metrics --type wrong_format\. none: /,
      ],
      'logs: dead letters': ['fail', /^12/, /wrong_format: the prefix holds an object that is not a log/],
    },
  ],
  [
    'dead letters that may not be received',
    {
      lettersInAll: 1,
      letters: awsError(
        'AccessDenied',
        'User: x is not authorized to perform: sqs:ReceiveMessage on it',
        403,
      ),
    },
    { 'dead letters': ['warn', /not allowed/, /^allow the IAM action sqs:ReceiveMessage/] },
  ],
];

/** The healthy metrics without one. */
function HEALTHY_BUT(metric: string): Replies['metrics'] {
  return { ...HEALTHY.metrics, [metric]: [] };
}

test.each(CASES)('%s', async (_, replies, expected) => {
  const found = troubles(await examine(replies));
  const perPipeline = Object.entries(expected).flatMap(([name, finding]) =>
    `logs: ${name}` in found
      ? [[`metrics: ${name}`, finding] as const, [`logs: ${name}`, finding] as const]
      : [[name, finding] as const],
  );
  expect(Object.keys(found).toSorted()).toEqual(perPipeline.map(([name]) => name).toSorted());
  for (const [name, parts] of perPipeline) {
    const { status, found: text, ...rest } = found[name] ?? { status: '', found: '' };
    const got = [status, text, 'remedy' in rest ? rest.remedy : ''];
    parts.forEach((part, index) =>
      typeof part === 'string' ? expect(got[index]).toBe(part) : expect(got[index]).toMatch(part),
    );
  }
  expect(JSON.stringify(found)).not.toMatch(/hush|sesame/);
});

const logsAt = (bucket: string, prefix: string) => ({
  attributes: {
    'access_logs.s3.enabled': 'true',
    'access_logs.s3.bucket': bucket,
    'access_logs.s3.prefix': prefix,
  },
});

/** Access logs and the one notification of an existing bucket. */
const theirLogs = (theirs: object) => ({
  ...logsAt('theirs', ''),
  notifications: { ...METRICS_ONLY, theirs },
});

describe('the settings decide', () => {
  test.each([
    ['', undefined],
    ['', 'AWSLogs/123456789012/'],
    ['prod', 'prod'],
    ['prod/eu', 'prod'],
  ])('which part of an existing bucket is read: logs under %j, read is %j', async (prefix, albLogPrefix) => {
    const read = albLogPrefix === 'prod' ? 'prod/' : albLogPrefix;
    const notifications = { ...METRICS_ONLY, theirs: { QueueConfigurations: [notification('Logs', read)] } };
    expect(
      troubles(
        await examine(
          { ...logsAt('theirs', prefix), notifications },
          { albLogBucketName: 'theirs', albLogPrefix },
        ),
      ),
    ).toEqual({});
  });

  test('where logs of an existing bucket must go', async () => {
    const keys = { albLogBucketName: 'theirs', albLogPrefix: 'prod' };
    const { 'access logs of shop': finding } = await examine(
      { attributes: {}, notifications: { ...METRICS_ONLY, theirs: {} } },
      keys,
    );
    expect(finding).toMatchObject({
      remedy: expect.stringContaining(
        'Key=access_logs.s3.bucket,Value=theirs Key=access_logs.s3.prefix,Value=prod --region',
      ),
    });
  });

  test('whether an existing bucket must send its events to EventBridge', async () => {
    const keys = { albLogBucketName: 'theirs', albLogSource: 'eventbridge' };
    expect(troubles(await examine(theirLogs({}), keys))).toEqual({
      'logs: notifications': {
        status: 'fail',
        found: 'theirs does not send its events to EventBridge',
        remedy: `${PUT_NOTIFICATIONS.replace('ours', 'theirs')} '{"EventBridgeConfiguration":{}}'`,
      },
    });
    expect(troubles(await examine(theirLogs({ EventBridgeConfiguration: {} }), keys))).toEqual({});
  });

  test.each([
    ['account 210987654321', { albLogBucketAccount: '210987654321', albLogSource: 'eventbridge' }],
    [
      'the owner of arn:aws:sns:us-east-1:210987654321:new-logs',
      { albLogTopicArn: 'arn:aws:sns:us-east-1:210987654321:new-logs' },
    ],
  ])('that only %s can tell whether an existing bucket announces objects', async (owner, keys) => {
    const findings = await examine(theirLogs({}), { albLogBucketName: 'theirs', ...keys });
    expect(troubles(findings)).toEqual({
      'logs: notifications': {
        status: 'skip',
        found: `only ${owner} can tell whether new objects in theirs are announced`,
      },
    });
  });

  test('whether tags are looked at', async () => {
    const untagged = { 'ScoutForwarder RecordsUntagged': [[3, 2]] };
    const replies = { metrics: { ...HEALTHY.metrics, ...untagged } };
    const findings = troubles(await examine(replies, { resourceTags: 'team,Team' }));
    const role = /^some after a start of the function are usual. Else its role must allow tag:GetResources/;
    const without = { status: 'warn', found: '2 in the last hour', remedy: expect.stringMatching(role) };
    expect(findings).toEqual({
      'tag Team': {
        status: 'warn',
        found: 'no resource in eu-west-1 has it',
        remedy: expect.stringContaining('get-tag-keys --region eu-west-1'),
      },
      'metrics: records without tags': without,
      'logs: records without tags': without,
    });
  });

  test('which IAM action is missing to look for tags', async () => {
    const tags = awsError('AccessDeniedException', 'no');
    expect(troubles(await examine({ tags }, { resourceTags: 'team' }))).toMatchObject({
      'tag team': { status: 'warn', remedy: expect.stringContaining('tag:GetResources') },
    });
  });

  test('whether connection logs are looked at', async () => {
    expect(troubles(await examine({}, { albConnectionLogs: true }))).toMatchObject({
      'connection logs of shop': { status: 'fail', found: 'they are off' },
    });
  });

  test('that a load balancer has only the logs that its type writes', async () => {
    const net = LOAD_BALANCER.replace('/app/', '/net/');
    expect(Object.keys(await examine({}, {}, [net]))).not.toContain('access logs of shop');
  });

  test('which kinds of logs the bucket must let AWS write', async () => {
    const keys = { logKinds: 'alb,alb-connection' };
    const findings = await examine({}, keys);
    expect(findings['alb-connection: bucket policy']).toMatchObject({ status: 'ok' });
    expect(Object.keys(await examine({}, { albLogBucketName: 'theirs' }))).not.toContain(
      'alb: bucket policy',
    );
  });

  test.each([
    ['was replaced', [allowed('delivery.logs.amazonaws.com', 'logs/vpc/*')]],
    ['allows another folder', [allowed('logdelivery.elasticloadbalancing.amazonaws.com', 'logs/other/*')]],
    [
      'denies it',
      [{ ...allowed('logdelivery.elasticloadbalancing.amazonaws.com', 'logs/alb/*'), Effect: 'Deny' }],
    ],
    ['is empty', []],
  ])('how a bucket policy is restored that %s', async (_, policy) => {
    expect(troubles(await examine({ policy }))).toEqual({
      'alb: bucket policy': {
        status: 'fail',
        found:
          "the bucket's policy does not let logdelivery.elasticloadbalancing.amazonaws.com write to s3://ours/logs/alb/",
        remedy: 'npx cdk deploy --revert-drift',
      },
    });
  });

  test('whether there is a log of a kind that only a command turns on', async () => {
    const keys = { logKinds: 'clb' };
    const replies = { policy: [allowed('logdelivery.elasticloadbalancing.amazonaws.com', 'logs/clb/*')] };
    expect(troubles(await examine(replies, keys))).toEqual({
      'clb: delivery': {
        status: 'warn',
        found: 'there is no object in s3://ours/logs/clb/',
        remedy:
          'aws elb modify-load-balancer-attributes --load-balancer-name NAME --load-balancer-attributes "AccessLog={Enabled=true,S3BucketName=ours,S3BucketPrefix=logs/clb,EmitInterval=5}" --region eu-west-1',
      },
    });
    expect(troubles(await examine({ ...replies, keys: ['logs/clb/AWSLogs/x'] }, keys))).toEqual({});
  });

  test('how a bucket policy is restored that was deleted', async () => {
    const policy = awsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
    expect(troubles(await examine({ policy }))).toMatchObject({
      'alb: bucket policy': { status: 'fail', remedy: 'npx cdk deploy --revert-drift' },
    });
  });

  test('which region a load balancer must be in', async () => {
    const far = LOAD_BALANCER.replace('eu-west-1', 'us-east-1');
    expect(troubles(await examine({}, {}, [far]))).toMatchObject({
      'access logs of shop': { remedy: 'deploy a stack there too: -c regions=eu-west-1,us-east-1' },
    });
  });
});

test.each([
  [
    'is not there yet',
    awsError('ValidationError', 'Stack with id ScoutForwarder does not exist'),
    'skip',
    'is not deployed',
  ],
  ['may not be described', awsError('AccessDenied', 'no', 403), 'warn', 'not allowed'],
  [
    'has no outputs',
    { StackStatus: 'ROLLBACK_COMPLETE' },
    'fail',
    'its deploy did not finish (ROLLBACK_COMPLETE)',
  ],
])('without a stack the rest is left out: it %s', async (_, stack, status, text) => {
  const findings = await examine({ stack });
  expect(Object.keys(findings)).toEqual(['settings', 'secret', 'stack']);
  expect(findings['stack']).toMatchObject({ status, found: expect.stringContaining(text) });
});

test.each(FAILURE_TYPES)('a dead letter of type %s has a remedy of its own', async (type) => {
  const findings = await examine({ lettersInAll: 1, letters: [letter(type)] });
  for (const pipeline of ['metrics', 'logs'])
    expect(findings[`${pipeline}: dead letters`]).toMatchObject({
      remedy: expect.stringMatching(
        new RegExp(
          `${type}: .{20,}, then npm run letters -- (?:retry|drop) --pipeline ${pipeline} --type ${type}$`,
        ),
      ),
    });
});
