import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { StackSettings } from '../settings.ts';

/** What the role of a function in a VPC needs: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
export const NETWORK_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** The settings' VPC, subnets and security groups, taken by id, so that synth looks nothing up. */
export const functionNetwork = (
  scope: Construct,
  { vpcId, subnetIds = [], securityGroupIds }: StackSettings,
): Pick<lambda.FunctionProps, 'vpc' | 'vpcSubnets' | 'securityGroups'> => {
  if (vpcId === undefined) return {};
  const vpc = ec2.Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId, availabilityZones: ['any'] });
  const subnets = subnetIds.map((id) => ec2.Subnet.fromSubnetId(scope, id, id));
  const securityGroups = securityGroupIds?.map((id) =>
    ec2.SecurityGroup.fromSecurityGroupId(scope, id, id),
  ) ?? [
    new ec2.SecurityGroup(scope, 'SecurityGroup', { vpc, description: 'Scout forwarder: outbound only' }),
  ];
  return { vpc, vpcSubnets: { subnets }, securityGroups };
};
