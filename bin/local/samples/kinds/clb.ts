import { clientAddress } from '../alb-lines.ts';
import { ACCOUNT, AGENTS, CIPHERS, METHODS, REGION } from '../alb-traffic.ts';
import { type Random, weighted } from '../random.ts';
import {
  balancerFolder,
  FIVE_MINUTES,
  isoMicroseconds,
  moments,
  plainLog,
  type SampleLog,
  stamp,
} from './sample-log.ts';

const NAME = 'old-shop';

/** Plain text, as Classic Load Balancers write it: https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html */
export const clbLog = (random: Random, start: number): SampleLog => {
  const name = `${ACCOUNT}_elasticloadbalancing_${REGION}_${NAME}_${stamp(start + FIVE_MINUTES)}`;
  return plainLog(
    `${balancerFolder('logs/clb', start)}/${name}_203.0.113.${1 + random.below(254)}_${random.hex(8)}.log`,
    moments(start, 60).map((time) => clbLine(random, time)),
  );
};

const clbLine = (random: Random, time: number): string => {
  const ending = random.pick(ENDINGS);
  const [elb, backend] = ending;
  const isTcp = elb === '-';
  const isReached = backend !== '0';
  const [cipher, protocol] = isTcp ? ['-', '-'] : random.pick(CIPHERS);
  const url = `https://old.example.com:443/products/${random.below(9000)}?page=${random.below(9)}`;
  return [
    isoMicroseconds(time),
    NAME,
    clientAddress(random),
    isReached ? `10.0.3.${random.below(256)}:8080` : '-',
    ...(isReached ? [0.00006, random.logNormal(0.03, 0.9), 0.00004] : [-1, -1, -1]).map((duration) =>
      duration < 0 ? '-1' : duration.toFixed(6),
    ),
    elb,
    backend,
    random.logNormal(300, 1).toFixed(0),
    isReached ? random.logNormal(4000, 1.2).toFixed(0) : '0',
    isTcp ? '"- - - "' : `"${random.pick(METHODS)} ${url} HTTP/1.1"`,
    isTcp ? '"-"' : `"${random.pick(AGENTS).replaceAll('#', () => `${random.below(40)}`)}"`,
    cipher,
    protocol,
  ].join(' ');
};

/** Statuses of the load balancer and of the backend; a TCP listener has none, and 0 is a backend that was not called. */
const ENDINGS = weighted<readonly [elb: string, backend: string]>(
  [44, ['200', '200']],
  [4, ['404', '404']],
  [2, ['500', '500']],
  [2, ['503', '0']],
  [8, ['-', '-']],
);
