import { all, type FieldWriter, int, text } from '../log-lines/field-writers.ts';
import type { LogSchema } from '../log-lines/schema.ts';
import { fieldText, hasNothing, isNothing, type Line, spanOf } from '../log-lines/line.ts';
import { direction, ipVersion, transport } from './network-fields.ts';

/**
 * The fields of versions 2 to 11, in AWS's order, and then those that only transit gateways have. An object names the
 * ones it has; one that names none has the first fourteen, the default format.
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
 * https://docs.aws.amazon.com/vpc/latest/tgw/tgw-flow-logs.html
 */
const FIELDS = [
  'version',
  'account-id',
  'interface-id',
  'srcaddr',
  'dstaddr',
  'srcport',
  'dstport',
  'protocol',
  'packets',
  'bytes',
  'start',
  'end',
  'action',
  'log-status',
  'vpc-id',
  'subnet-id',
  'instance-id',
  'tcp-flags',
  'type',
  'pkt-srcaddr',
  'pkt-dstaddr',
  'region',
  'az-id',
  'sublocation-type',
  'sublocation-id',
  'pkt-src-aws-service',
  'pkt-dst-aws-service',
  'flow-direction',
  'traffic-path',
  'ecs-cluster-arn',
  'ecs-cluster-name',
  'ecs-container-instance-arn',
  'ecs-container-instance-id',
  'ecs-container-id',
  'ecs-second-container-id',
  'ecs-service-name',
  'ecs-task-definition-arn',
  'ecs-task-arn',
  'ecs-task-id',
  'reject-reason',
  'resource-id',
  'encryption-status',
  'instance-tag',
  'instance-tag-2',
  'interface-tag',
  'interface-tag-2',
  'asg-tag',
  'asg-tag-2',
  'interface-type',
  'next-hop-interface-id',
  'next-hop-subnet-id',
  'next-hop-az-id',
  'next-hop-vpc-id',
  'next-hop-interface-type',
  'resource-type',
  'tgw-id',
  'tgw-attachment-id',
  'tgw-src-vpc-account-id',
  'tgw-dst-vpc-account-id',
  'tgw-src-vpc-id',
  'tgw-dst-vpc-id',
  'tgw-src-subnet-id',
  'tgw-dst-subnet-id',
  'tgw-src-eni',
  'tgw-dst-eni',
  'tgw-src-az-id',
  'tgw-dst-az-id',
  'tgw-pair-attachment-id',
  'packets-lost-no-route',
  'packets-lost-blackhole',
  'packets-lost-mtu-exceeded',
  'packets-lost-ttl-expired',
] as const;
type Field = (typeof FIELDS)[number];

const at = (field: Field): number => FIELDS.indexOf(field);
const ACTION = at('action');
const STATUS = at('log-status');
const NUMBERS = (
  ['version', 'srcport', 'dstport', 'protocol', 'packets', 'bytes', 'start', 'end', 'tcp-flags'] as const
).map(at);
const PORTS = (['srcport', 'dstport'] as const).map(at);
const MOST_PORT = 65_535;

export const FLOW_LOG: LogSchema = {
  scope: 'aws.vpc.flow',
  fields: FIELDS,
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
  conventions: () => conventions(),
  attributes: 'aws.vpc.flow.',
};

/** Empty where the object leaves the field out. */
const ACTIONS = new Set(['ACCEPT', 'REJECT', '-', '']);
const STATUSES = new Set(['OK', 'NODATA', 'SKIPDATA', '-', '']);

/** https://opentelemetry.io/docs/specs/semconv/registry/attributes/network/ and .../source/ */
const conventions = (): Readonly<Partial<Record<Field, FieldWriter>>> => ({
  version: int('aws.vpc.flow.log.version'),
  'interface-id': text('network.interface.name'),
  // An address of the packet says more than that of the interface, which is then one on the way.
  srcaddr: unlessPresent(at('pkt-srcaddr'), 'source.address'),
  dstaddr: unlessPresent(at('pkt-dstaddr'), 'destination.address'),
  'pkt-srcaddr': text('source.address'),
  'pkt-dstaddr': text('destination.address'),
  srcport: int('source.port'),
  dstport: int('destination.port'),
  protocol: transport(),
  packets: int('aws.vpc.flow.packets'),
  bytes: int('aws.vpc.flow.bytes'),
  start: int('aws.vpc.flow.start'),
  // The record has it.
  end: all(),
  'log-status': text('aws.vpc.flow.status'),
  'vpc-id': text('aws.vpc.id'),
  'subnet-id': text('aws.vpc.subnet.id'),
  'instance-id': text('host.id'),
  'tcp-flags': text('network.tcp.flags'),
  type: ipVersion(),
  'az-id': text('aws.az.id'),
  'sublocation-type': text('aws.sublocation.type'),
  'sublocation-id': text('aws.sublocation.id'),
  'pkt-src-aws-service': text('aws.vpc.flow.source.service'),
  'pkt-dst-aws-service': text('aws.vpc.flow.destination.service'),
  'flow-direction': direction(),
  'ecs-cluster-arn': text('aws.ecs.cluster.arn'),
  'ecs-task-arn': text('aws.ecs.task.arn'),
  'ecs-task-id': text('aws.ecs.task.id'),
  'packets-lost-no-route': int('aws.vpc.flow.packets_lost_no_route'),
  'packets-lost-blackhole': int('aws.vpc.flow.packets_lost_blackhole'),
  'packets-lost-mtu-exceeded': int('aws.vpc.flow.packets_lost_mtu_exceeded'),
  'packets-lost-ttl-expired': int('aws.vpc.flow.packets_lost_ttl_expired'),
});

/** The attribute, or the interface's own address where the packet's has that attribute and differs. */
const unlessPresent = (packetField: number, attribute: string): FieldWriter => {
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
