import { all, type FieldWriter, int, oneOf, text } from '../log-lines/field-writers.ts';
import type { LogSchema } from '../log-lines/schema.ts';
import { fieldText, hasNothing, isNothing, type Line, spanOf } from '../log-lines/line.ts';
import { PROTOCOLS } from './protocols.ts';

/**
 * The fields of versions 2 to 11, in AWS's order, and then those that only transit gateways have. An object names the
 * ones it has; one that names none has the first fourteen, the default format.
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
 * https://docs.aws.amazon.com/vpc/latest/tgw/tgw-flow-logs.html
 * The attributes: https://opentelemetry.io/docs/specs/semconv/registry/attributes/network/ and .../source/
 */
const FIELDS = {
  version: () => int('aws.vpc.flow.log.version'),
  'account-id': 'aws.vpc.flow.account_id',
  'interface-id': 'network.interface.name',
  // An address of the packet says more than that of the interface, which is then one on the way.
  srcaddr: () => unlessPresent('pkt-srcaddr', 'source.address'),
  dstaddr: () => unlessPresent('pkt-dstaddr', 'destination.address'),
  srcport: () => int('source.port'),
  dstport: () => int('destination.port'),
  // A protocol without a name here stays a number.
  protocol: () => oneOf('network.transport', PROTOCOLS, int('aws.vpc.flow.protocol')),
  packets: () => int('aws.vpc.flow.packets'),
  bytes: () => int('aws.vpc.flow.bytes'),
  start: () => int('aws.vpc.flow.start'),
  // The record has it.
  end: () => all(),
  action: 'aws.vpc.flow.action',
  'log-status': 'aws.vpc.flow.status',
  'vpc-id': 'aws.vpc.id',
  'subnet-id': 'aws.vpc.subnet.id',
  'instance-id': 'host.id',
  'tcp-flags': 'network.tcp.flags',
  type: () => oneOf('network.type', { IPv4: 'ipv4', IPv6: 'ipv6' }, text('aws.vpc.flow.type')),
  'pkt-srcaddr': 'source.address',
  'pkt-dstaddr': 'destination.address',
  region: 'aws.vpc.flow.region',
  'az-id': 'aws.az.id',
  'sublocation-type': 'aws.sublocation.type',
  'sublocation-id': 'aws.sublocation.id',
  'pkt-src-aws-service': 'aws.vpc.flow.source.service',
  'pkt-dst-aws-service': 'aws.vpc.flow.destination.service',
  // As the network interface sees it.
  'flow-direction': () =>
    oneOf(
      'network.io.direction',
      { ingress: 'receive', egress: 'transmit' },
      text('aws.vpc.flow.flow_direction'),
    ),
  'traffic-path': 'aws.vpc.flow.traffic_path',
  'ecs-cluster-arn': 'aws.ecs.cluster.arn',
  'ecs-cluster-name': 'aws.vpc.flow.ecs_cluster_name',
  'ecs-container-instance-arn': 'aws.vpc.flow.ecs_container_instance_arn',
  'ecs-container-instance-id': 'aws.vpc.flow.ecs_container_instance_id',
  'ecs-container-id': 'aws.vpc.flow.ecs_container_id',
  'ecs-second-container-id': 'aws.vpc.flow.ecs_second_container_id',
  'ecs-service-name': 'aws.vpc.flow.ecs_service_name',
  'ecs-task-definition-arn': 'aws.vpc.flow.ecs_task_definition_arn',
  'ecs-task-arn': 'aws.ecs.task.arn',
  'ecs-task-id': 'aws.ecs.task.id',
  'reject-reason': 'aws.vpc.flow.reject_reason',
  'resource-id': 'aws.vpc.flow.resource_id',
  'encryption-status': 'aws.vpc.flow.encryption_status',
  'instance-tag': 'aws.vpc.flow.instance_tag',
  'instance-tag-2': 'aws.vpc.flow.instance_tag_2',
  'interface-tag': 'aws.vpc.flow.interface_tag',
  'interface-tag-2': 'aws.vpc.flow.interface_tag_2',
  'asg-tag': 'aws.vpc.flow.asg_tag',
  'asg-tag-2': 'aws.vpc.flow.asg_tag_2',
  'interface-type': 'aws.vpc.flow.interface_type',
  'next-hop-interface-id': 'aws.vpc.flow.next_hop_interface_id',
  'next-hop-subnet-id': 'aws.vpc.flow.next_hop_subnet_id',
  'next-hop-az-id': 'aws.vpc.flow.next_hop_az_id',
  'next-hop-vpc-id': 'aws.vpc.flow.next_hop_vpc_id',
  'next-hop-interface-type': 'aws.vpc.flow.next_hop_interface_type',
  'resource-type': 'aws.vpc.flow.resource_type',
  'tgw-id': 'aws.vpc.flow.tgw_id',
  'tgw-attachment-id': 'aws.vpc.flow.tgw_attachment_id',
  'tgw-src-vpc-account-id': 'aws.vpc.flow.tgw_src_vpc_account_id',
  'tgw-dst-vpc-account-id': 'aws.vpc.flow.tgw_dst_vpc_account_id',
  'tgw-src-vpc-id': 'aws.vpc.flow.tgw_src_vpc_id',
  'tgw-dst-vpc-id': 'aws.vpc.flow.tgw_dst_vpc_id',
  'tgw-src-subnet-id': 'aws.vpc.flow.tgw_src_subnet_id',
  'tgw-dst-subnet-id': 'aws.vpc.flow.tgw_dst_subnet_id',
  'tgw-src-eni': 'aws.vpc.flow.tgw_src_eni',
  'tgw-dst-eni': 'aws.vpc.flow.tgw_dst_eni',
  'tgw-src-az-id': 'aws.vpc.flow.tgw_src_az_id',
  'tgw-dst-az-id': 'aws.vpc.flow.tgw_dst_az_id',
  'tgw-pair-attachment-id': 'aws.vpc.flow.tgw_pair_attachment_id',
  'packets-lost-no-route': () => int('aws.vpc.flow.packets_lost_no_route'),
  'packets-lost-blackhole': () => int('aws.vpc.flow.packets_lost_blackhole'),
  'packets-lost-mtu-exceeded': () => int('aws.vpc.flow.packets_lost_mtu_exceeded'),
  'packets-lost-ttl-expired': () => int('aws.vpc.flow.packets_lost_ttl_expired'),
} satisfies LogSchema['conventions'];

const NAMES = Object.keys(FIELDS);
const at = (field: keyof typeof FIELDS): number => NAMES.indexOf(field);
const ACTION = at('action');
const STATUS = at('log-status');
const NUMBERS = (
  ['version', 'srcport', 'dstport', 'protocol', 'packets', 'bytes', 'start', 'end', 'tcp-flags'] as const
).map(at);
const PORTS = (['srcport', 'dstport'] as const).map(at);
const MOST_PORT = 65_535;

export const FLOW_LOG: LogSchema = {
  scope: 'aws.vpc.flow',
  fields: NAMES,
  least: STATUS + 1,
  accepts: (line) =>
    NUMBERS.every((field) => isNumber(line, field)) &&
    PORTS.every((field) => isPort(line, field)) &&
    ACTIONS.has(fieldText(line, ACTION)) &&
    STATUSES.has(fieldText(line, STATUS)),
  time: at('end'),
  otherTime: at('start'),
  timeForm: 'epoch seconds',
  severity: (line) => (fieldText(line, ACTION) === 'REJECT' ? 'WARN' : 'INFO'),
  addresses: (['srcaddr', 'dstaddr', 'pkt-srcaddr', 'pkt-dstaddr'] as const).map((name) => ({
    field: at(name),
    hasPort: false,
  })),
  urls: [],
  conventions: FIELDS,
  attributes: 'aws.vpc.flow.',
};

/** Empty where the object leaves the field out. */
const ACTIONS = new Set(['ACCEPT', 'REJECT', '-', '']);
const STATUSES = new Set(['OK', 'NODATA', 'SKIPDATA', '-', '']);

/** The attribute, or the interface's own address where the packet's has that attribute and differs. */
const unlessPresent = (packetAddress: `pkt-${'src' | 'dst'}addr`, attribute: string): FieldWriter => {
  const packetField = at(packetAddress);
  const write = text(attribute);
  const writeLocal = text('network.local.address');
  return (writer, line, start, end) => {
    if (hasNothing(line, packetField)) return write(writer, line, start, end);
    if (fieldText(line, packetField) !== line.bytes.toString('latin1', start, end))
      writeLocal(writer, line, start, end);
  };
};

/** Digits, or nothing. */
const isNumber = (line: Line, field: number): boolean => {
  const { start, end } = spanOf(line, field);
  if (isNothing(line.bytes, start, end)) return true;
  for (let i = start; i < end; i++) {
    const byte = line.bytes[i] as number;
    if (byte < ZERO || byte > NINE) return false;
  }
  return true;
};

/** Of the numbers, which are checked before. */
const isPort = (line: Line, field: number): boolean => {
  const { start, end } = spanOf(line, field);
  return end - start < 5 || Number(fieldText(line, field)) <= MOST_PORT;
};

const ZERO = 0x30;
const NINE = 0x39;
