import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import { typeInArn, withoutLog } from '../load-balancer.ts';
import { mostAccounts } from '../delivery-prefixes.ts';
import type { StackSettings } from './settings-table.ts';
import { unusedByKinds } from './unused-by-kinds.ts';

/** Where the stack goes, as far as it is known. */
export interface Deployment {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

/** Faults of several settings together, or of one where it is deployed. */
export const contradictions = (settings: StackSettings, deployment: Deployment): readonly string[] => [
  ...RULES.filter(([isBroken]) => isBroken(settings, deployment)).map(([, fault]) => fault),
  ...(settings.albArns ?? [])
    .flatMap((arn) => withoutLog(arn, typeInArn(arn), settings.logKinds))
    .map((fault) => `albArns: ${fault}`),
  ...tooManyAccounts(settings),
  ...(settings.albLogs ? unusedByKinds(settings) : []),
];

/** The stack's own account is one of those that the policy names. */
const tooManyAccounts = ({ albLogAccounts = [], logKinds }: StackSettings): readonly string[] => {
  const most = mostAccounts(logKinds.map((kind) => LOG_KINDS[kind].delivery)) - 1;
  return albLogAccounts.length > most
    ? [
        `albLogAccounts names ${albLogAccounts.length} accounts; the bucket policy has room for ${most} with these logKinds`,
      ]
    : [];
};

type Rule = readonly [isBroken: (settings: StackSettings, deployment: Deployment) => unknown, fault: string];

const OF_EXISTING_BUCKET = [
  'albLogPrefix',
  'albLogBucketAccount',
  'albLogBucketKeyArn',
  'albLogTopicArn',
] as const;

/** They name a resource, or several, of one region. */
const OF_ONE_REGION = [
  'albArns',
  'albLogBucketKeyArn',
  'albLogTopicArn',
  'alarmTopicArn',
  'secretKmsKeyArn',
] as const;

const RULES: readonly Rule[] = [
  [
    ({ metrics, albLogs }) => !metrics && !albLogs,
    'metrics and albLogs are both false; nothing is left to deploy',
  ],
  [
    ({ scoutEndpoint, scoutTokenUrl }) =>
      [scoutEndpoint, scoutTokenUrl].some((url) => url.startsWith('http:')),
    'scoutEndpoint or scoutTokenUrl is on loopback, which the functions cannot reach; it must be an https: URL',
  ],
  [
    ({ scoutSecretName }) => scoutSecretName?.startsWith('arn:'),
    'scoutSecretName is an ARN; it must be the name of a secret, which is what follows "secret:", less the last 7 characters',
  ],
  [
    ({ metricExclude, metricInclude, metricPreset }) => metricExclude && (metricInclude ?? metricPreset),
    'metricExclude is given with metricInclude or metricPreset; a metric stream either includes or excludes',
  ],
  [
    ({ albLogBucketName, deleteProcessedFiles }) => albLogBucketName && deleteProcessedFiles,
    'deleteProcessedFiles is true, but the bucket of albLogBucketName is only read',
  ],
  [
    ({ albLogBucketName, albArns, albLogAccounts }) => albLogBucketName && (albArns ?? albLogAccounts),
    "albArns and albLogAccounts deliver into the stack's own bucket; they cannot be given with albLogBucketName",
  ],
  [
    ({ albLogBucketName, albLogSource, ...settings }) =>
      !albLogBucketName &&
      (albLogSource === 'eventbridge' || OF_EXISTING_BUCKET.some((key) => settings[key] !== undefined)),
    `albLogSource, ${OF_EXISTING_BUCKET.join(', ')} are about an existing bucket; they need albLogBucketName`,
  ],
  [
    ({ albLogSource, albLogTopicArn }) => albLogSource === 'eventbridge' && albLogTopicArn,
    'albLogTopicArn is given with albLogSource=eventbridge; new objects are announced one way',
  ],
  [
    ({ albLogBucketAccount, albLogSource, albLogTopicArn }, { account }) =>
      albLogBucketAccount &&
      albLogBucketAccount !== account &&
      albLogSource === 'notifications' &&
      !albLogTopicArn,
    'albLogBucketAccount is another account, where the deploy cannot add notifications; its owner must forward events (albLogSource=eventbridge) or notify a topic (albLogTopicArn)',
  ],
  [({ vpcId, subnetIds }) => !vpcId !== !subnetIds, 'vpcId and subnetIds go together'],
  [({ vpcId, securityGroupIds }) => securityGroupIds && !vpcId, 'securityGroupIds needs vpcId'],
  [
    ({ regions = [], vpcId, albLogBucketName, alarmTopicArn, secretKmsKeyArn }) =>
      regions.length > 1 && (vpcId ?? albLogBucketName ?? alarmTopicArn ?? secretKmsKeyArn),
    'vpcId, albLogBucketName, alarmTopicArn and secretKmsKeyArn belong to one region each; regions names several',
  ],
  ...OF_ONE_REGION.map((key): Rule => [
    (settings, { region }) => {
      const regions = settings.regions ?? (region === undefined ? undefined : [region]);
      return regions && [settings[key] ?? []].flat().some((arn) => !regions.includes(part(arn, 3)));
    },
    `${key} names a resource of another region than the stack's`,
  ]),
  [
    ({ albArns = [] }, { account }) =>
      account !== undefined && albArns.some((arn) => part(arn, 4) !== account),
    "albArns names a load balancer of another account than the stack's; turn its logs on there, and name the account in albLogAccounts",
  ],
];

/** A part of an ARN, `arn:partition:service:region:account:resource`. */
const part = (arn: string, index: number): string => arn.split(':')[index] ?? '';
