import { describe, expect, test } from 'vitest';
import { settingText } from '../../../lib/settings.ts';
import { merged } from '../../../lib/settings/metric-selection.ts';
import { type Setting, SETTINGS } from '../../../lib/settings/settings-table.ts';

interface Examples {
  readonly right: readonly (readonly [raw: unknown, value: unknown])[];
  readonly wrong: readonly unknown[];
}

/** The keys that are no variables of the functions. */
type StackKey = {
  [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K] extends { env: string } ? never : K;
}[keyof typeof SETTINGS];

const same = (...values: readonly unknown[]): Examples['right'] => values.map((value) => [value, value]);

const FLAG: Examples = { right: [['false', false], ...same(true, false)], wrong: ['yes', 1, 'constructor'] };
const MEMORY: Examples = { right: [['128', 128], ...same(10_240)], wrong: [127, 10_241, '1 GB', 1.5] };
const TIMEOUT: Examples = { right: same(60, 600), wrong: [59, 601, 'ten'] };
const CONCURRENCY: Examples = { right: same(2, 1000), wrong: [1, 1001] };
const ALB = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0123456789abcdef';
const TOPIC: Examples = { right: same('arn:aws:sns:eu-west-1:123456789012:alarms'), wrong: ['alarms', ALB] };
const KMS_KEY: Examples = {
  right: same('arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef'),
  wrong: ['alias/scout', 'arn:aws:kms:eu-west-1:123456789012:alias/scout'],
};

const metricsNamed = (count: number) => [
  { namespace: 'AWS/RDS', metricNames: Array.from({ length: count }, (_, i) => `m${i}`) },
];
const SELECTION: Examples = {
  right: [
    ['AWS/RDS, AWS/EC2', [{ namespace: 'AWS/RDS' }, { namespace: 'AWS/EC2' }]],
    [
      ['CWAgent', 'My App: a.b#1'],
      [{ namespace: 'CWAgent' }, { namespace: 'My App: a.b#1' }],
    ],
    [
      '["AWS/EC2",{"namespace":"AWS/RDS","metricNames":["CPUUtilization"]}]',
      [{ namespace: 'AWS/EC2' }, { namespace: 'AWS/RDS', metricNames: ['CPUUtilization'] }],
    ],
    ...same(metricsNamed(999)),
  ],
  wrong: [
    'AWS/EC2,',
    '[]',
    '[{"namespace":"AWS/RDS"',
    '[{namespace:AWS/RDS}]',
    '{"namespace":"AWS/RDS"}',
    ':AWS/RDS',
    "'AWS/RDS'",
    'n'.repeat(256),
    [{ namespace: 'AWS/EC2', metricNames: [] }],
    [{ namespace: 'AWS/EC2', metricName: 'CPUUtilization' }],
    [{ namespace: 'AWS/EC2', metricNames: 'CPUUtilization' }],
    [{ namespace: 'AWS/EC2', metricNames: [' '] }],
    [{ metricNames: ['CPUUtilization'] }],
    ['AWS/EC2', 1, {}],
    metricsNamed(1000),
  ],
};
const STATISTICS = { namespace: 'AWS/ApplicationELB', metricNames: ['TargetResponseTime'] };
const withStatistics = (...statistics: readonly unknown[]) => [{ ...STATISTICS, statistics }];

const EXAMPLES: Readonly<Record<StackKey, Examples>> = {
  metrics: FLAG,
  metricInclude: SELECTION,
  metricExclude: SELECTION,
  metricPreset: {
    right: [
      ['alb, rds,alb', ['alb', 'rds']],
      ['["rds"]', ['rds']],
    ],
    wrong: ['alb,nosuch', 'AWS/RDS', 'constructor', []],
  },
  metricStatistics: {
    right: [
      ...same(
        withStatistics('p0', 'p90', 'p99.9', 'p100', 'tm99', 'wm95.5', 'tc90', 'ts0.0000000001', 'IQM'),
      ),
      ...same(withStatistics('TM(10%:90%)', 'TM(:95%)', 'WM(5%:)', 'TC(0.005:0.030)', 'TS(80:)', 'PR(:300)')),
      [JSON.stringify(withStatistics('p90')), withStatistics('p90')],
      ['none', []],
    ],
    wrong: [
      'p90',
      '[{"namespace":"AWS/RDS"',
      ...[
        'p',
        'p101',
        'p999999',
        'foo',
        'Average',
        'P90',
        'p90%',
        'TM(:)',
        'TM(10%:90)',
        'PR(1%:2%)',
        'tm(1:2)',
        90,
      ].map((statistic) => withStatistics(statistic)),
      withStatistics(),
      [{ ...STATISTICS, metricNames: undefined, statistics: ['p90'] }],
      [{ ...STATISTICS, statistic: 'p90', statistics: ['p90'] }],
      withStatistics(...Array.from({ length: 21 }, (_, i) => `p${i}`)),
      metricsNamed(101).map((metrics) => ({ ...metrics, statistics: ['p90'] })),
      Array.from({ length: 101 }, () => withStatistics('p90')).flat(),
    ],
  },
  metricLinkedAccounts: FLAG,
  firehoseBufferSeconds: { right: same(0, 600), wrong: [-1, 601, ' '] },
  firehoseBufferMiB: { right: same(1, 128), wrong: [0, 129] },
  metricMemory: MEMORY,
  metricTimeout: TIMEOUT,
  metricConcurrency: CONCURRENCY,
  albLogs: FLAG,
  logSilenceHours: { right: same(1, 168), wrong: [0, 169, '1.5'] },
  albArns: {
    right: [
      [ALB, [ALB]],
      [
        `${ALB},${ALB.replace('arn:aws:', 'arn:aws-us-gov:')}`,
        [ALB, ALB.replace('arn:aws:', 'arn:aws-us-gov:')],
      ],
      [ALB.replace('/app/', '/net/'), [ALB.replace('/app/', '/net/')]],
    ],
    wrong: [ALB.replace('/app/', '/gwy/'), ALB.replace('/app/', '/'), 'web', `${ALB},`],
  },
  albLogAccounts: {
    right: [
      [123456789012, ['123456789012']],
      ['123456789012,210987654321', ['123456789012', '210987654321']],
    ],
    wrong: [[12345678901], 'all'],
  },
  albLogBucketName: {
    right: same('logs', 'my.logs-1'),
    wrong: ['Logs', 'a', 's3://logs', 'arn:aws:s3:::logs'],
  },
  albLogBucketAccount: { right: same('210987654321'), wrong: ['21098765432', 'log-archive'] },
  albLogBucketKeyArn: KMS_KEY,
  albLogTopicArn: TOPIC,
  albLogPrefix: {
    right: [
      ['/logs/prod', 'logs/prod/'],
      ['logs/', 'logs/'],
    ],
    wrong: ['/'],
  },
  albLogSource: { right: same('notifications', 'eventbridge'), wrong: ['sns'] },
  albMemory: MEMORY,
  albTimeout: TIMEOUT,
  albConcurrency: CONCURRENCY,
  regions: {
    right: [
      [
        'eu-west-1,mx-central-1, ap-southeast-6,us-gov-west-1,us-iso-east-1,eusc-de-east-1,cn-north-1',
        [
          'eu-west-1',
          'mx-central-1',
          'ap-southeast-6',
          'us-gov-west-1',
          'us-iso-east-1',
          'eusc-de-east-1',
          'cn-north-1',
        ],
      ],
    ],
    wrong: ['eu-west', 'europe', 'EU-WEST-1', 'eu-west-1a'],
  },
  bucketRetentionDays: { right: [['28', 28], ...same(3650)], wrong: [27, 3651] },
  logRetentionDays: { right: [['14', 14], ...same(1, 3653)], wrong: [8, 0, 9999] },
  alarmTopicArn: TOPIC,
  alarmEmail: { right: same('ops@example.com'), wrong: ['ops', 'a@b@c', 'a b@c'] },
  vpcId: { right: same('vpc-0123456789abcdef0', 'vpc-01234567'), wrong: ['vpc-0123', 'subnet-01234567'] },
  subnetIds: {
    right: [['subnet-01234567,subnet-89abcdef', ['subnet-01234567', 'subnet-89abcdef']]],
    wrong: ['vpc-01234567'],
  },
  securityGroupIds: { right: [['sg-01234567', ['sg-01234567']]], wrong: ['default'] },
  caCertificateFile: {
    right: same('test/fixtures/self-signed.cert.pem'),
    wrong: ['/no/such.pem', 'test/fixtures/self-signed.key.pem', 'package.json'],
  },
  secretKmsKeyArn: KMS_KEY,
  dashboard: FLAG,
};

describe.each(Object.entries(EXAMPLES))('%s', (key, { right, wrong }) => {
  const { parser, default: fallback }: Setting = SETTINGS[key as StackKey];
  const parse = (raw: unknown): unknown => parser.parse(settingText(raw));

  test.each(right)('is read from %j', (raw, value) => {
    expect(parse(raw)).toEqual(value);
  });

  test.each(wrong.map((raw) => ({ raw })))('is refused for $raw', ({ raw }) => {
    expect(parse(raw)).toBeUndefined();
  });

  if (fallback !== undefined)
    test('has a default that its parser reads', () => {
      expect(parse(fallback)).toEqual(fallback);
    });
});

test('selections of one namespace are merged, and a whole namespace holds its metrics', () => {
  expect(
    merged([
      { namespace: 'A', metricNames: ['x'] },
      { namespace: 'B', metricNames: ['x'] },
      { namespace: 'A', metricNames: ['y', 'x'] },
      { namespace: 'B' },
    ]),
  ).toEqual([{ namespace: 'A', metricNames: ['x', 'y'] }, { namespace: 'B' }]);
});
