import { LOG_KIND_NAMES } from '../../../lambdas/function-settings.ts';

/** ARN of a load balancer of the stack's account. */
export const ALB =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0123456789abcdef';

/** Context keys: every setting that changes which resources there are. */
export const VARIANTS = [
  ['nothing more than Scout', {}],
  ['metrics only', { albLogs: false }],
  ['ALB logs only', { metrics: false }],
  [
    'all of it',
    {
      deleteProcessedFiles: true,
      metricLinkedAccounts: true,
      metricPreset: 'alb,lambda',
      logSilenceHours: 24,
      securityGroupIds: 'sg-0123456789abcdef0',
      resourceTags: 'team',
      alarmEmail: 'ops@example.com',
      alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:alarms',
      albArns: [ALB, ALB.replace('/app/', '/net/')],
      logKinds: LOG_KIND_NAMES,
      albLogAccounts: '210987654321',
      vpcId: 'vpc-0123456789abcdef0',
      subnetIds: 'subnet-0123456789abcdef0',
      secretKmsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef',
    },
  ],
  ['an existing bucket with notifications', { albLogBucketName: 'logs.example.com', albLogPrefix: 'prod' }],
  [
    'an existing bucket and a topic of another account',
    {
      albLogBucketName: 'logs.example.com',
      albLogPrefix: 'prod/',
      albLogBucketAccount: '210987654321',
      albLogTopicArn: 'arn:aws:sns:eu-west-1:210987654321:objects',
    },
  ],
  [
    'an existing bucket of another account with EventBridge',
    {
      albLogBucketName: 'logs.example.com',
      albLogBucketAccount: '210987654321',
      albLogBucketKeyArn: 'arn:aws:kms:eu-west-1:210987654321:key/01234567-89ab-cdef-0123-456789abcdef',
      albLogSource: 'eventbridge',
    },
  ],
] as const;
