import { type FieldWriter, int, oneOf, text } from '../log-lines/field-writers.ts';

/** https://www.iana.org/assignments/protocol-numbers/protocol-numbers.xhtml, in lower case. */
const PROTOCOLS = {
  1: 'icmp',
  2: 'igmp',
  4: 'ipv4',
  6: 'tcp',
  17: 'udp',
  41: 'ipv6',
  47: 'gre',
  50: 'esp',
  51: 'ah',
  58: 'ipv6-icmp',
  89: 'ospfigp',
  103: 'pim',
  112: 'vrrp',
  132: 'sctp',
};

/** The protocol's number as `network.transport`; a number without a name here stays a number. */
export const transport = (): FieldWriter =>
  oneOf('network.transport', PROTOCOLS, int('aws.vpc.flow.protocol'));

/** `IPv4` and `IPv6` as `network.type`. */
export const ipVersion = (): FieldWriter =>
  oneOf('network.type', { IPv4: 'ipv4', IPv6: 'ipv6' }, text('aws.vpc.flow.type'));

/** As the network interface sees it. */
export const direction = (): FieldWriter =>
  oneOf(
    'network.io.direction',
    { ingress: 'receive', egress: 'transmit' },
    text('aws.vpc.flow.flow_direction'),
  );
