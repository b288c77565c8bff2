import { ACCOUNT, REGION } from '../alb-traffic.ts';
import { type Random, weighted } from '../random.ts';
import { gzipLog, moments, type SampleLog, stamp } from './sample-log.ts';

const FLOW_LOG = 'fl-0a1b2c3d4e5f60718';
const INTERFACES = ['eni-0d3c2b1a0f9e8d7c6', 'eni-07b6a5948372615f4'] as const;
const WINDOW_SECONDS = 60;

/** The fields of the default format, and some more: https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html */
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
  'tcp-flags',
  'type',
  'flow-direction',
] as const;
type Flow = Readonly<Partial<Record<(typeof FIELDS)[number], string | number>>>;

/** The first line names the fields: https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html */
export const vpcFlowLog = (random: Random, start: number): SampleLog => {
  const day = new Date(start).toISOString().slice(0, 10).replaceAll('-', '/');
  const name = `${ACCOUNT}_vpcflowlogs_${REGION}_${FLOW_LOG}_${stamp(start)}_${random.hex(8)}.log.gz`;
  const flows = moments(start, 120).map((time) => flowOf(random, Math.floor(time / 1e6)));
  return gzipLog(`logs/vpc/AWSLogs/${ACCOUNT}/vpcflowlogs/${REGION}/${day}/${name}`, [
    FIELDS.join(' '),
    ...flows.map((flow) => FIELDS.map((field) => flow[field] ?? '-').join(' ')),
  ]);
};

const flowOf = (random: Random, start: number): Flow => {
  const status = random.pick(STATUSES);
  const common: Flow = {
    version: 5,
    'account-id': ACCOUNT,
    'interface-id': random.pick(INTERFACES),
    start,
    end: start + WINDOW_SECONDS,
    'log-status': status,
    'vpc-id': 'vpc-0f1e2d3c4b5a69788',
  };
  return status === 'OK' ? { ...common, ...trafficOf(random) } : common;
};

const trafficOf = (random: Random): Flow => {
  const isIpv6 = random.chance(0.1);
  const inside = isIpv6 ? `2001:db8:12::${random.hex(4)}` : `10.0.16.${random.below(256)}`;
  const outside = isIpv6 ? `2001:db8:${random.hex(4)}::${random.hex(3)}` : `198.51.100.${random.below(256)}`;
  const isIngress = random.chance(0.6);
  const [protocol, port, action] = random.pick(SERVICES);
  const packets = Math.ceil(random.logNormal(12, 1));
  const client = port === 0 ? 0 : 1024 + random.below(64_000);
  return {
    srcaddr: isIngress ? outside : inside,
    dstaddr: isIngress ? inside : outside,
    srcport: client,
    dstport: port,
    protocol,
    packets,
    bytes: packets * (60 + random.below(1200)),
    action,
    'tcp-flags': protocol === 6 ? random.pick(TCP_FLAGS) : 0,
    type: isIpv6 ? 'IPv6' : 'IPv4',
    'flow-direction': isIngress ? 'ingress' : 'egress',
  };
};

const STATUSES = weighted([110, 'OK'], [8, 'NODATA'], [2, 'SKIPDATA']);

/** The IANA number of the protocol, the port of the server, and what the security group did. */
const SERVICES = weighted<readonly [protocol: number, port: number, action: string]>(
  [60, [6, 443, 'ACCEPT']],
  [12, [6, 5432, 'ACCEPT']],
  [10, [17, 53, 'ACCEPT']],
  [8, [6, 22, 'REJECT']],
  [4, [6, 23, 'REJECT']],
  [3, [1, 0, 'ACCEPT']],
);

/** SYN; SYN-ACK; SYN and FIN; FIN. */
const TCP_FLAGS = [2, 18, 3, 1] as const;
