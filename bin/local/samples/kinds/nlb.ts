import { clientAddress } from '../alb-lines.ts';
import { ACCOUNT, REGION } from '../alb-traffic.ts';
import { type Random, weighted } from '../random.ts';
import { balancerFolder, FIVE_MINUTES, gzipLog, moments, type SampleLog, stamp } from './sample-log.ts';

const NAME = 'shop-edge';
const ID = '4f6a0b9d2c81e735';
const LISTENER = '93d7c1e05b8f4a26';
const CERTIFICATE = `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/4f6a0b9d-1234-4abc-8def-93d7c1e05b8f`;

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html */
export const nlbLog = (random: Random, start: number): SampleLog => {
  const name = `${ACCOUNT}_elasticloadbalancing_${REGION}_net.${NAME}.${ID}`;
  return gzipLog(
    `${balancerFolder('logs/nlb', start)}/${name}_${stamp(start + FIVE_MINUTES)}_${random.hex(8)}.log.gz`,
    moments(start, 60).map((time) => nlbLine(random, time)),
  );
};

const nlbLine = (random: Random, time: number): string => {
  const milliseconds = Math.ceil(random.logNormal(900, 1.2));
  const alert = random.pick(ALERTS);
  const failed = alert === 'none';
  const [cipher, protocol, exchange] = random.pick(CIPHERS);
  const [frontEnd, backEnd, preferences] = random.pick(ALPN);
  const tls = failed
    ? Array<string>(9).fill('-')
    : [CERTIFICATE, '-', cipher, protocol, exchange, 'edge.example.com', frontEnd, backEnd, preferences];
  return [
    'tls',
    '2.0',
    seconds(time),
    `net/${NAME}/${ID}`,
    LISTENER,
    clientAddress(random),
    `10.0.2.${random.below(256)}:443`,
    failed ? '0' : milliseconds,
    failed ? '-' : Math.ceil(milliseconds / 20),
    failed ? '0' : random.logNormal(1200, 1).toFixed(0),
    failed ? '0' : random.logNormal(9000, 1.4).toFixed(0),
    failed ? '-' : alert,
    ...tls,
    failed ? '-' : seconds(time - milliseconds * 1000),
  ].join(' ');
};

/** Without a time zone; it is UTC. */
const seconds = (time: number): string => new Date(Math.floor(time / 1000)).toISOString().slice(0, 19);

/** The TLS alert that the client sent; `none` stands for a handshake that did not end. */
const ALERTS = weighted([50, '-'], [4, '48'], [2, '42'], [4, 'none']);

const CIPHERS = weighted<readonly [cipher: string, protocol: string, exchange: string]>(
  [6, ['TLS_AES_128_GCM_SHA256', 'tlsv13', 'x25519']],
  [3, ['ECDHE-RSA-AES128-GCM-SHA256', 'tlsv12', 'secp256r1']],
);

const ALPN = weighted<readonly [frontEnd: string, backEnd: string, preferences: string]>(
  [4, ['h2', '-', '"h2","http/1.1"']],
  [1, ['http/1.1', '-', '"http/1.1"']],
  [2, ['-', '-', '-']],
);
