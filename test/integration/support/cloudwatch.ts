import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { dirname, join } from 'node:path';
import { startServer } from './server-process.ts';

/** Input of `PutMetricData` for one metric at one time. */
export interface MetricDatum {
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly timestamp: Date;
  readonly statistics: Readonly<Record<'SampleCount' | 'Sum' | 'Minimum' | 'Maximum', number>>;
}

export type CloudWatch = Awaited<ReturnType<typeof startCloudWatch>>;

/** Value of every percentile, since moto computes none. */
export const PERCENTILE = 4;

/**
 * Starts CloudWatch on loopback: moto as a proxy in front of AWS's own addresses, for SDKs that do not know
 * AWS_ENDPOINT_URL (https://docs.getmoto.org/en/latest/docs/proxy_mode.html).
 */
export const startCloudWatch = async (motoServer: string, region: string) => {
  const python = join(dirname(motoServer), 'python3');
  const { match, stop } = await startServer(
    python,
    ['-c', PROXY, '-H', '127.0.0.1', '-p', '0'],
    { PYTHONUNBUFFERED: '1', TZ: 'UTC' },
    /Serving HTTP Proxy on ([\d.]+):(\d+)/,
  );
  const [, host = '', port = ''] = match;
  const address = `monitoring.${region}.amazonaws.com`;
  return {
    host,
    port,
    /** The certificate authority that signs AWS's addresses here. */
    certificate: execFileSync(python, ['-c', CERTIFICATE], { encoding: 'utf8' }).trim(),
    put: async (namespace: string, data: readonly MetricDatum[]): Promise<void> => {
      const post = request({
        host,
        port,
        method: 'POST',
        path: `http://${address}/`,
        headers: {
          host: address,
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/monitoring/aws4_request`,
        },
      });
      const responded = once(post, 'response') as Promise<[IncomingMessage]>;
      post.end(form(namespace, data));
      const [response] = await responded;
      response.resume();
      if (response.statusCode !== 200) throw new Error(`CloudWatch responded ${response.statusCode}`);
    },
    stop,
  };
};

const PROXY = `
import sys
from moto.cloudwatch.models import Statistics
known = Statistics.get_statistics_for_type
Statistics.get_statistics_for_type = lambda self, stat: ${PERCENTILE} if stat.startswith('p') else known(self, stat)
from moto.proxy import main
main(sys.argv[1:])`;

const CERTIFICATE = `
import moto, os
print(os.path.join(moto.__path__[0], 'moto_proxy', 'ca.crt'))`;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const form = (namespace: string, data: readonly MetricDatum[]): string =>
  new URLSearchParams([
    ['Action', 'PutMetricData'],
    ['Version', '2010-08-01'],
    ['Namespace', namespace],
    ...data.flatMap(({ metricName, dimensions, timestamp, statistics }, index) =>
      [
        ['MetricName', metricName],
        ['Timestamp', timestamp.toISOString()],
        ...Object.entries(statistics).map(([key, value]) => [`StatisticValues.${key}`, String(value)]),
        ...Object.entries(dimensions).flatMap(([name, value], i) => [
          [`Dimensions.member.${i + 1}.Name`, name],
          [`Dimensions.member.${i + 1}.Value`, value],
        ]),
      ].map(([key, value]) => [`MetricData.member.${index + 1}.${key}`, value ?? ''] as [string, string]),
    ),
  ]).toString();
