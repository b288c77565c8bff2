/** https://www.iana.org/assignments/protocol-numbers/protocol-numbers.xhtml, in lower case. */
export const PROTOCOLS = {
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
