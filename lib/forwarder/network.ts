import { Annotations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { ForwardingProps } from '../scout-forwarder.ts';

/** A VPC, subnets and security groups by their ids, so that synth looks nothing up. */
export const importNetwork = (
  scope: Construct,
  vpcId: string | undefined,
  subnetIds: readonly string[],
  securityGroupIds: readonly string[] | undefined,
): Pick<ForwardingProps, 'vpc' | 'vpcSubnets' | 'securityGroups'> => {
  if (vpcId === undefined) return {};
  const vpc = ec2.Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId, availabilityZones: ['any'] });
  const subnets = subnetIds.map((id) => {
    const subnet = ec2.Subnet.fromSubnetId(scope, id, id);
    const why = 'A function needs no route table of its subnet.';
    Annotations.of(subnet).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId', why);
    return subnet;
  });
  const securityGroups = securityGroupIds?.map((id) => ec2.SecurityGroup.fromSecurityGroupId(scope, id, id));
  return { vpc, vpcSubnets: { subnets }, securityGroups };
};
