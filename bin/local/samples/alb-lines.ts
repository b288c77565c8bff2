import { isoMicroseconds } from './kinds/sample-log.ts';
import type { Random } from './random.ts';
import {
  ACCOUNT,
  AGENTS,
  CIPHERS,
  CONNECTIONS,
  type Ending,
  ENDINGS,
  LAMBDA_ERRORS,
  type LoadBalancer,
  METHODS,
  PATHS,
  REGION,
  type TargetGroup,
  WORDS,
} from './alb-traffic.ts';

/** Every number of fields that ALB lines have been seen with. */
export const LAYOUTS = [18, 20, 21, 23, 24, 25, 27, 29, 30, 33, 34, 36] as const;

/** A line of the access log, without its line end. `time` is in microseconds since the epoch. */
export const albLine = (
  random: Random,
  balancer: LoadBalancer,
  time: number,
  layout = balancer.layout,
): string => {
  const [type, protocol] = random.pick(CONNECTIONS);
  const secure = type !== 'http' && type !== 'ws';
  const group = random.pick(balancer.targetGroups);
  const ending = type.startsWith('ws') ? UPGRADED : random.pick(ENDINGS);
  const target = targetAddress(random, group, ending);
  const times = ending.unreached ? NO_TIMES : durations(random, group, ending);
  const [cipher, tls] = secure ? random.pick(CIPHERS) : NO_TLS;
  const resource = path(random);
  const url = `${secure ? 'https' : 'http'}://${balancer.host}:${secure ? 443 : 80}${resource}`;
  const lambdaFailed = group.port === undefined && ending.elb === '502';

  return [
    type,
    isoMicroseconds(time),
    `app/${balancer.name}/${balancer.id}`,
    clientAddress(random),
    target,
    ...times.map((seconds) => (seconds < 0 ? '-1' : seconds.toFixed(3))),
    ending.elb,
    ending.target,
    random.logNormal(620, 0.8).toFixed(0),
    random.logNormal(2400, 1.6).toFixed(0),
    `"${random.pick(METHODS)} ${url} ${protocol}"`,
    `"${random.pick(AGENTS).replaceAll('#', () => `${random.below(40)}`)}"`,
    cipher,
    tls,
    ending.unreached && ending.action !== 'forward' ? '-' : group.arn,
    `"Root=1-${Math.floor(time / 1e6).toString(16)}-${random.hex(24)}"`,
    secure ? `"${balancer.host}"` : '"-"',
    secure ? certificate(random, balancer) : '"-"',
    `${random.below(12)}`,
    isoMicroseconds(time - times.reduce((sum, seconds) => sum + Math.max(seconds, 0), 0) * 1e6),
    `"${ending.action}"`,
    ending.action === 'redirect' ? `"https://${balancer.host}:443${resource}"` : '"-"',
    lambdaFailed ? `"${random.pick(LAMBDA_ERRORS)}"` : '"-"',
    `"${target}"`,
    `"${ending.target}"`,
    ...(random.chance(0.002) ? ODD_REQUEST : PLAIN_REQUEST),
    `TID_${random.hex(32)}`,
    ...(random.chance(0.05) ? [`"${balancer.host}"`, '"/v2/moved"', '"TransformSuccess"'] : UNTRANSFORMED),
    `10.0.${random.below(4)}.${random.below(256)}`,
    '"-"',
    '"-"',
  ]
    .slice(0, layout)
    .join(' ');
};

/** A line that no access log should hold: cut off, with a lone quote, or not a log line at all. */
export const malformedLine = (random: Random, line: string): string =>
  random.pick([
    line.slice(0, 40 + random.below(30)),
    line.replace('"', ''),
    `-- rotated by example-agent, ${random.hex(6)} --`,
  ]);

const UPGRADED: Ending = { elb: '101', target: '101', action: 'forward' };
const NO_TLS = ['-', '-'] as const;
const NO_TIMES = [-1, -1, -1] as const;
const PLAIN_REQUEST = ['"-"', '"-"'] as const;
const ODD_REQUEST = ['"Ambiguous"', '"UndefinedContentLengthSemantics"'] as const;
const UNTRANSFORMED = ['"-"', '"-"', '"-"'] as const;

/** Address and port of a client, as Elastic Load Balancing writes them. */
export const clientAddress = (random: Random): string => {
  const port = 1024 + random.below(64_000);
  if (random.chance(0.15)) return `2001:db8:${random.hex(4)}::${random.hex(4)}:${random.hex(4)}:${port}`;
  return `${random.pick(['203.0.113', '198.51.100', '192.0.2'])}.${random.below(256)}:${port}`;
};

const targetAddress = (random: Random, group: TargetGroup, ending: Ending): string =>
  ending.unreached || group.port === undefined
    ? '-'
    : `10.0.${16 + random.below(4)}.${random.below(256)}:${group.port}`;

/** request_, target_ and response_processing_time in seconds; -1 where no response came. */
const durations = (random: Random, group: TargetGroup, ending: Ending): readonly number[] => {
  const before = random.below(3) / 1000;
  if (ending.target === '-') return [before, -1, -1];
  return [before, random.logNormal(group.latency, 0.9), random.below(3) / 1000];
};

const certificate = (random: Random, balancer: LoadBalancer): string =>
  random.chance(0.1)
    ? '"session-reused"'
    : `"arn:aws:acm:${REGION}:${ACCOUNT}:certificate/${balancer.id.slice(0, 8)}-1234-4abc-8def-${balancer.id.slice(4)}"`;

const path = (random: Random): string => {
  if (random.chance(0.003)) {
    return `/download/${random.hex(8)}.pdf?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F${REGION}&X-Amz-Signature=${random.hex(64)}`;
  }
  return random.pick(PATHS).replace(/[#@%](?![0-9A-F]{2})/g, (mark) => {
    if (mark === '#') return `${random.below(90_000)}`;
    return mark === '@' ? random.hex(16) : random.pick(WORDS);
  });
};
