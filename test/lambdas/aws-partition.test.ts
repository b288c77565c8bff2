import { RegionInfo } from 'aws-cdk-lib/region-info';
import { expect, test } from 'vitest';
import { partitionOf } from '../../lambdas/aws-partition.ts';

test('the partition of every region is the one that the CDK knows', () => {
  const ours = RegionInfo.regions.map(({ name }) => [name, partitionOf(name)]);
  expect(Object.fromEntries(ours)).toEqual(
    Object.fromEntries(RegionInfo.regions.map(({ name, partition }) => [name, partition])),
  );
});

test('a region that is newer than the program is in the partition that its name begins with', () => {
  expect(partitionOf('us-gov-central-1')).toBe('aws-us-gov');
  expect(partitionOf('eu-central-9')).toBe('aws');
});
