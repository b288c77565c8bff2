import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attributesIn, type DecodedRecord, lineWith } from '../../support/factories/alb-records.ts';
import { recordsOfKind } from '../../support/factories/log-kind-records.ts';

const { record, records } = recordsOfKind('vpc-flow');

const FLOW: Readonly<Record<string, string>> = {
  version: '2',
  'account-id': '123456789012',
  'interface-id': 'eni-0a1b2c3d4e5f60718',
  srcaddr: '203.0.113.77',
  dstaddr: '10.0.3.14',
  srcport: '49152',
  dstport: '443',
  protocol: '6',
  packets: '12',
  bytes: '1234567890123456789',
  start: '1769903940',
  end: '1769903998',
  action: 'ACCEPT',
  'log-status': 'OK',
};
const NEWER: Readonly<Record<string, string>> = {
  'vpc-id': 'vpc-0f1e2d3c4b5a69788',
  'subnet-id': 'subnet-0a1b2c3d',
  'instance-id': 'i-0123456789abcdef0',
  'tcp-flags': '19',
  type: 'IPv4',
  'pkt-srcaddr': '198.51.100.7',
  'pkt-dstaddr': '10.0.3.14',
  region: 'eu-west-1',
  'az-id': 'euw1-az1',
  'sublocation-type': '-',
  'sublocation-id': '-',
  'pkt-src-aws-service': 'S3',
  'pkt-dst-aws-service': '-',
  'flow-direction': 'ingress',
  'traffic-path': '-',
  'ecs-cluster-arn': 'arn:aws:ecs:eu-west-1:123456789012:cluster/shop',
  'reject-reason': '-',
  'resource-id': '-',
  'encryption-status': '3',
  'next-hop-interface-type': 'transit_gateway',
  'made-up-later': 'x',
};
const objectOf = (...flows: readonly Readonly<Record<string, string>>[]): string => {
  const names = Object.keys(flows[0] ?? {});
  return [names.join(' '), ...flows.map((flow) => names.map((name) => flow[name]).join(' '))].join('\n');
};
const one = (
  flow: Readonly<Record<string, string>>,
  environment: Record<string, string> = {},
): DecodedRecord => record(objectOf(flow), environment);
const semconvOf = (flow: Readonly<Record<string, string>>) =>
  attributesIn(one(flow, { ALB_ATTRIBUTES: 'semconv' }));
const present = (flow: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(flow).filter(([, value]) => value !== '-'));

describe('a record of a flow log', () => {
  test.each([
    ['the default format', FLOW],
    ['every version', { ...FLOW, ...NEWER, version: '11' }],
    ['another order', Object.fromEntries(Object.entries({ ...FLOW, ...NEWER }).toReversed())],
  ])('of %s has each field in body and attributes', (_, flow) => {
    const read = one(flow);
    const { 'made-up-later': later, ...known } = flow;
    expect(JSON.parse(read.body?.stringValue ?? '')).toEqual({
      ...known,
      ...(later !== undefined && { 'made-up-later': later }),
    });
    expect(attributesIn(read)).toEqual(present(flow));
    expect(read).toMatchObject({ timeUnixNano: '1769903998000000000', severityText: 'INFO' });
  });

  test('has attributes of the semantic conventions', () => {
    expect(semconvOf({ ...FLOW, ...NEWER, version: '11' })).toEqual({
      'aws.vpc.flow.log.version': 11n,
      'aws.vpc.flow.account_id': '123456789012',
      'network.interface.name': 'eni-0a1b2c3d4e5f60718',
      'source.address': '198.51.100.7',
      'network.local.address': '203.0.113.77',
      'destination.address': '10.0.3.14',
      'source.port': 49152n,
      'destination.port': 443n,
      'network.transport': 'tcp',
      'aws.vpc.flow.packets': 12n,
      'aws.vpc.flow.bytes': 1234567890123456789n,
      'aws.vpc.flow.start': 1769903940n,
      'aws.vpc.flow.action': 'ACCEPT',
      'aws.vpc.flow.status': 'OK',
      'aws.vpc.id': 'vpc-0f1e2d3c4b5a69788',
      'aws.vpc.subnet.id': 'subnet-0a1b2c3d',
      'host.id': 'i-0123456789abcdef0',
      'network.tcp.flags': '19',
      'network.type': 'ipv4',
      'aws.vpc.flow.region': 'eu-west-1',
      'aws.az.id': 'euw1-az1',
      'aws.vpc.flow.source.service': 'S3',
      'network.io.direction': 'receive',
      'aws.ecs.cluster.arn': 'arn:aws:ecs:eu-west-1:123456789012:cluster/shop',
      'aws.vpc.flow.encryption_status': '3',
      'aws.vpc.flow.next_hop_interface_type': 'transit_gateway',
      'aws.vpc.flow.made_up_later': 'x',
    });
  });

  test.each([
    ['sublocation-type', 'outpost', { 'aws.sublocation.type': 'outpost' }],
    ['sublocation-id', 'op-0123', { 'aws.sublocation.id': 'op-0123' }],
    ['pkt-dst-aws-service', 'DYNAMODB', { 'aws.vpc.flow.destination.service': 'DYNAMODB' }],
    ['ecs-task-arn', 'arn:task', { 'aws.ecs.task.arn': 'arn:task' }],
    ['ecs-task-id', '0123abcd', { 'aws.ecs.task.id': '0123abcd' }],
    ['packets-lost-no-route', '1', { 'aws.vpc.flow.packets_lost_no_route': 1n }],
    ['packets-lost-blackhole', '2', { 'aws.vpc.flow.packets_lost_blackhole': 2n }],
    ['packets-lost-mtu-exceeded', '3', { 'aws.vpc.flow.packets_lost_mtu_exceeded': 3n }],
    ['packets-lost-ttl-expired', '4', { 'aws.vpc.flow.packets_lost_ttl_expired': 4n }],
    ['flow-direction', 'egress', { 'network.io.direction': 'transmit' }],
    ['srcport', '65535', { 'source.port': 65535n }],
  ])('that has a %s has its attribute', (name, value, attributes) => {
    expect(semconvOf({ ...FLOW, [name]: value })).toMatchObject(attributes);
  });

  test('whose packet went to another address than its interface has both', () => {
    expect(semconvOf({ ...FLOW, 'pkt-dstaddr': '198.51.100.9' })).toMatchObject({
      'destination.address': '198.51.100.9',
      'network.local.address': FLOW['dstaddr'],
    });
  });

  test.each([
    ['1', { 'network.transport': 'icmp' }],
    ['2', { 'network.transport': 'igmp' }],
    ['4', { 'network.transport': 'ipv4' }],
    ['41', { 'network.transport': 'ipv6' }],
    ['47', { 'network.transport': 'gre' }],
    ['50', { 'network.transport': 'esp' }],
    ['51', { 'network.transport': 'ah' }],
    ['89', { 'network.transport': 'ospfigp' }],
    ['103', { 'network.transport': 'pim' }],
    ['112', { 'network.transport': 'vrrp' }],
    ['132', { 'network.transport': 'sctp' }],
    ['17', { 'network.transport': 'udp' }],
    ['58', { 'network.transport': 'ipv6-icmp' }],
    ['253', { 'aws.vpc.flow.protocol': 253n }],
  ])('of protocol %s has its name, or stays a number', (protocol, attributes) => {
    expect(semconvOf({ ...FLOW, protocol })).toMatchObject(attributes);
  });

  test('of IPv6 and of other types has its addresses', () => {
    const flow = { ...FLOW, srcaddr: '2001:db8::77', dstaddr: '2001:db8::1', type: 'IPv6' };
    expect(semconvOf(flow)).toMatchObject({
      'source.address': '2001:db8::77',
      'destination.address': '2001:db8::1',
      'network.type': 'ipv6',
    });
    expect(semconvOf({ ...FLOW, type: 'EFA' })).toMatchObject({ 'aws.vpc.flow.type': 'EFA' });
  });

  test.each(['NODATA', 'SKIPDATA'])('of %s has what it has, and its time', (status) => {
    const flow: Readonly<Record<string, string>> = {
      ...Object.fromEntries(Object.keys(FLOW).map((name) => [name, '-'])),
      version: '2',
      'account-id': 'unknown',
      'interface-id': 'eni-0a1b2c3d4e5f60718',
      start: '1769903940',
      end: '1769903998',
      'log-status': status,
    };
    const read = one(flow);
    expect(attributesIn(read)).toEqual(present(flow));
    expect(read).toMatchObject({ timeUnixNano: '1769903998000000000', severityText: 'INFO' });
  });

  test('that was rejected is a warning, which sampling keeps', () => {
    const text = objectOf(FLOW, { ...FLOW, action: 'REJECT' });
    const sampled = records(text, { ALB_SAMPLE_RATE: '0' });
    expect(sampled.map(({ severityText }) => severityText)).toEqual(['WARN']);
  });

  test('without its end has the time of its start, and without both that of reading', () => {
    const { end: _, ...started } = FLOW;
    expect(one(started).timeUnixNano).toBe('1769903940000000000');
    const read = one({
      'instance-id': 'i-0',
      'interface-id': 'eni-0',
      srcaddr: '10.0.0.1',
      dstaddr: '10.0.0.2',
    });
    expect(read.timeUnixNano).toBe(read.observedTimeUnixNano);
    expect(read.attributes).not.toHaveProperty('error.type');
  });

  test('has all its addresses masked', () => {
    const flow = { ...FLOW, 'pkt-srcaddr': '198.51.100.7', 'pkt-dstaddr': '-' };
    expect(attributesIn(one(flow, { ALB_CLIENT_ADDRESS: 'mask' }))).toMatchObject({
      srcaddr: '203.0.113.0',
      dstaddr: '10.0.3.0',
      'pkt-srcaddr': '198.51.100.0',
    });
  });

  test('of a transit gateway has its own fields', () => {
    const flow = {
      version: '6',
      'resource-type': 'TransitGateway',
      'tgw-id': 'tgw-0a1b2c3d',
      'tgw-src-vpc-id': 'vpc-0a',
      srcaddr: '10.0.0.1',
      end: '1769903998',
      'packets-lost-no-route': '3',
    };
    expect(semconvOf(flow)).toEqual({
      'aws.vpc.flow.log.version': 6n,
      'aws.vpc.flow.resource_type': 'TransitGateway',
      'aws.vpc.flow.tgw_id': 'tgw-0a1b2c3d',
      'aws.vpc.flow.tgw_src_vpc_id': 'vpc-0a',
      'source.address': '10.0.0.1',
      'aws.vpc.flow.packets_lost_no_route': 3n,
    });
  });

  test('of any fields in any order has each of them', () => {
    const all = { ...FLOW, ...NEWER };
    const names = fc
      .shuffledSubarray(Object.keys(all), { minLength: 2 })
      .filter((some) => some.includes('end'));
    fc.assert(
      fc.property(names, (chosen) => {
        const flow = Object.fromEntries(chosen.map((name) => [name, all[name as keyof typeof all] ?? '-']));
        expect(attributesIn(one(flow))).toEqual(present(flow));
      }),
      { numRuns: 200 },
    );
  });
});

describe('an object of a flow log', () => {
  test('names its fields in the first line, which is no record, also where it is repeated', () => {
    const text = objectOf(FLOW, FLOW);
    const uids = records(`${text}\n${text}`).map(({ attributes }) => attributes['log.record.uid']);
    expect(uids.map((uid) => String(uid).split(':')[1])).toEqual(['2', '3', '5', '6']);
  });

  test('may hold no flow', () => {
    expect(records(Object.keys(FLOW).join(' '))).toEqual([]);
  });

  test('that names no fields has those of the default format', () => {
    expect(attributesIn(record(Object.values(FLOW).join(' ')))).toEqual(FLOW);
  });

  test.each([
    ['too few fields', Object.values(FLOW).slice(1).join(' ')],
    ['too many fields', `${Object.values(FLOW).join(' ')} 1`],
    ['a word for a number', Object.values({ ...FLOW, bytes: 'NaN' }).join(' ')],
    ['a port above 65535', Object.values({ ...FLOW, dstport: '65536' }).join(' ')],
    ['no time', Object.values({ ...FLOW, end: '-' }).join(' ')],
    ['another action', Object.values({ ...FLOW, action: 'DROP' }).join(' ')],
    ['another status', Object.values({ ...FLOW, 'log-status': 'LOST' }).join(' ')],
    ['two spaces', Object.values(FLOW).join('  ')],
    [
      'a time in front, as CloudWatch Logs exports it',
      `2026-01-31T23:59:58Z ${Object.values(FLOW).join(' ')}`,
    ],
    ['other names', 'version srcaddr dstaddr'],
    ['an access log of an ALB', lineWith()],
  ])('with a line that is not one (%s) has it as it is, with a warning', (_, text) => {
    const [first, second] = records(`${objectOf(FLOW)}\n${text}`);
    expect(first?.severityText).toBe('INFO');
    expect(second?.body?.stringValue).toBe(text);
    expect(second && attributesIn(second)).toEqual({ 'error.type': 'unparsable_line' });
  });

  test('that holds something else is refused', () => {
    expect(() => records(lineWith())).toThrow(
      'none of its first lines is a line of vpc-flow; they are lines of alb',
    );
    expect(() => records('the quick brown fox')).toThrow('it begins with "the quick brown fox"');
    expect(() => records('PAR1')).toThrow('Parquet is not supported');
  });
});
