import { LOAD_BALANCERS, type LoadBalancer, type TargetGroup } from '../alb-traffic.ts';
import { type Random, weighted } from '../random.ts';
import { isoMicroseconds, nodeLog, type SampleLog } from './sample-log.ts';

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-health-check-logs.html */
export const albHealthCheckLog = (random: Random, start: number): SampleLog => {
  const [balancer] = LOAD_BALANCERS as [LoadBalancer];
  return nodeLog('health_check_log', random, balancer, start, (time) =>
    healthCheckLine(random, balancer, time),
  );
};

const healthCheckLine = (random: Random, balancer: LoadBalancer, time: number): string => {
  const group = random.pick(balancer.targetGroups);
  const [status, code, reason] = random.pick(RESULTS);
  return [
    random.pick(TYPES),
    isoMicroseconds(time),
    reason === 'TimedOut' ? '-' : random.logNormal(0.02, 0.6).toFixed(9),
    targetOf(random, group),
    groupName(group),
    status,
    code,
    reason,
    `app/${balancer.name}/${balancer.id}`,
    `10.0.1.${random.below(256)}`,
  ].join(' ');
};

const TYPES = weighted([8, 'http'], [3, 'https'], [1, 'grpc']);

const RESULTS = weighted<readonly [status: string, code: string, reason: string]>(
  [54, ['PASS', '200', '-']],
  [3, ['FAIL', '503', 'ResponseCodeMismatch']],
  [2, ['FAIL', '-', 'TimedOut']],
  [1, ['FAIL', '-', 'ConnectionReset']],
);

const targetOf = (random: Random, { port }: TargetGroup): string =>
  `10.0.${16 + random.below(4)}.${random.below(256)}:${port ?? 80}`;

const groupName = ({ arn }: TargetGroup): string => arn.split('/')[1] ?? '';
