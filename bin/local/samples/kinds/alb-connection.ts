import { clientAddress } from '../alb-lines.ts';
import { CIPHERS, LOAD_BALANCERS, type LoadBalancer } from '../alb-traffic.ts';
import { type Random, weighted } from '../random.ts';
import { isoMicroseconds, nodeLog, type SampleLog } from './sample-log.ts';

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-connection-logs.html */
export const albConnectionLog = (random: Random, start: number): SampleLog => {
  const [balancer] = LOAD_BALANCERS as [LoadBalancer];
  return nodeLog('conn_log', random, balancer, start, (time) => connectionLine(random, balancer, time));
};

const connectionLine = (random: Random, balancer: LoadBalancer, time: number): string => {
  const [address, port] = splitPort(clientAddress(random));
  const ending = random.pick(ENDINGS);
  const [cipher, protocol] = ending === 'plain' ? ['-', '-'] : random.pick(CIPHERS);
  const certificate =
    ending === 'mutual' || ending.startsWith('Failed:')
      ? [`"CN=till-${random.below(40)},OU=Shops,O=Example"`, VALIDITY, random.hex(16).toUpperCase()]
      : ['"-"', '-', '-'];
  return [
    isoMicroseconds(time),
    address,
    port,
    ending === 'plain' ? '80' : '443',
    protocol,
    cipher,
    ending === 'plain' ? '-' : random.logNormal(0.012, 0.8).toFixed(3),
    ...certificate,
    ending === 'plain' ? '-' : ending === 'mutual' ? 'Success' : ending,
    `TID_${random.hex(32)}`,
    ending === 'plain' ? '-' : 'X25519',
    `app/${balancer.name}/${balancer.id}`,
    `10.0.1.${random.below(256)}`,
  ].join(' ');
};

const VALIDITY = 'NotBefore=2026-01-01T00:00:00Z;NotAfter=2027-01-01T00:00:00Z';

const ENDINGS = weighted(
  [70, 'Success'],
  [16, 'mutual'],
  [10, 'plain'],
  [2, 'Failed:ClientCertExpired'],
  [2, 'Failed:ClientCertUntrusted'],
);

const splitPort = (address: string): readonly [string, string] => {
  const colon = address.lastIndexOf(':');
  return [address.slice(0, colon), address.slice(colon + 1)];
};
