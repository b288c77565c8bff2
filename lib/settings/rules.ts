import type { StackSettings } from './settings-table.ts';

/** What several settings together must not be, and what to say of it. */
export const contradictions = (settings: StackSettings): readonly string[] =>
  RULES.filter(([isBroken]) => isBroken(settings)).map(([, fault]) => fault);

type Rule = readonly [isBroken: (settings: StackSettings) => unknown, fault: string];

const RULES: readonly Rule[] = [
  [
    ({ metrics, albLogs }) => !metrics && !albLogs,
    'metrics and albLogs are both false; nothing is left to deploy',
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
    ({ albLogBucketName, albLogPrefix, albLogSource }) =>
      !albLogBucketName && (albLogPrefix ?? albLogSource === 'eventbridge'),
    'albLogPrefix and albLogSource are about an existing bucket; they need albLogBucketName',
  ],
  [({ vpcId, subnetIds }) => !vpcId !== !subnetIds, 'vpcId and subnetIds go together'],
  [({ vpcId, securityGroupIds }) => securityGroupIds && !vpcId, 'securityGroupIds needs vpcId'],
  [
    ({ regions = [], vpcId, albLogBucketName, alarmTopicArn, secretKmsKeyArn }) =>
      regions.length > 1 && (vpcId ?? albLogBucketName ?? alarmTopicArn ?? secretKmsKeyArn),
    'vpcId, albLogBucketName, alarmTopicArn and secretKmsKeyArn belong to one region each; regions names several',
  ],
  [
    ({ regions, albArns = [] }) => regions && albArns.some((arn) => !regions.includes(regionOf(arn))),
    'albArns names a load balancer outside regions',
  ],
];

const regionOf = (arn: string): string => arn.split(':')[3] ?? '';
