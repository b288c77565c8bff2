import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { asText, createStack, resource, synth } from '../../support/harness/synth.ts';

const VPC = {
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1',
  albLogs: false,
};

const vpcConfig = (context?: object): unknown =>
  asText(resource(synth({ ...context }), 'AWS::Lambda::Function', 'MetricsForwarder').Properties.VpcConfig);

describe('a function', () => {
  test('is in no VPC by default', () => {
    expect(vpcConfig()).toBeUndefined();
  });

  test('is in the subnets of the settings, and can only call out', () => {
    expect(vpcConfig(VPC)).toEqual({
      SubnetIds: VPC.subnetIds.split(','),
      SecurityGroupIds: ['${MetricsForwarderSecurityGroup.GroupId}'],
    });
    const { Properties } = resource(synth(VPC), 'AWS::EC2::SecurityGroup', 'MetricsForwarder');
    expect(Properties).toMatchObject({ VpcId: VPC.vpcId, SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0' }] });
    expect(Properties).not.toHaveProperty('SecurityGroupIngress');
  });

  test('is in the security groups of the settings instead', () => {
    const securityGroupIds = ['sg-01234567', 'sg-0123456789abcdef0'];
    expect(vpcConfig({ ...VPC, securityGroupIds })).toMatchObject({ SecurityGroupIds: securityGroupIds });
    synth({ ...VPC, securityGroupIds }).resourceCountIs('AWS::EC2::SecurityGroup', 0);
  });

  test('warns of no route table, which a function does not need', () => {
    const warning = Match.stringLikeRegexp('routeTableId');
    Annotations.fromStack(createStack(VPC)).hasNoWarning('*', warning);
  });

  test('may make network interfaces only in a VPC', () => {
    const ec2 = /ec2:CreateNetworkInterface/;
    expect(JSON.stringify(synth().findResources('AWS::IAM::Policy'))).not.toMatch(ec2);
    expect(JSON.stringify(synth(VPC).findResources('AWS::IAM::Policy'))).toMatch(ec2);
  });
});
