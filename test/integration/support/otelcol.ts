import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogsRequest, MetricsRequest } from '../../../bin/local/emulators/scout/otlp.ts';
import { startServer } from './server-process.ts';

export interface Collector {
  /** OTLP/HTTP. */
  readonly endpoint: string;
  /** Stops it; returns every request that it exported, as written: trace ids are hexadecimal text. */
  readonly exported: () => Promise<readonly (LogsRequest & MetricsRequest)[]>;
  readonly close: () => Promise<void>;
}

/** https://github.com/open-telemetry/opentelemetry-collector/blob/main/config/confighttp/README.md */
export interface ReceiverOptions {
  readonly max_request_body_size?: number;
  /** Values of content-encoding that it takes; `""` is none. */
  readonly compression_algorithms?: readonly string[];
}

/**
 * Starts an OpenTelemetry Collector on loopback that writes what it receives into a file of OTLP JSON.
 * @param options of the receiver, as confighttp names them; it has defaults for all
 * @param exporters more places to write to, as the Collector's configuration names them
 */
export const startCollector = async (
  path: string,
  options: ReceiverOptions = {},
  exporters: Readonly<Record<string, object>> = {},
): Promise<Collector> => {
  const folder = await mkdtemp(join(tmpdir(), 'otelcol-'));
  const file = join(folder, 'exported.json');
  const endpoint = `127.0.0.1:${await freePort()}`;
  const http = { endpoint, ...options };
  const pipeline = { receivers: ['otlp'], exporters: ['file', ...Object.keys(exporters)] };
  const config = {
    receivers: { otlp: { protocols: { http } } },
    exporters: { file: { path: file }, ...exporters },
    service: { telemetry: { metrics: { level: 'none' } }, pipelines: { logs: pipeline, metrics: pipeline } },
  };
  // YAML is a superset of JSON.
  await writeFile(join(folder, 'config.yaml'), JSON.stringify(config));
  const { stop } = await startServer(
    path,
    [`--config=file:${join(folder, 'config.yaml')}`],
    {},
    /Everything is ready/,
  );
  return {
    endpoint: `http://${endpoint}`,
    exported: async () => {
      await stop();
      const lines = (await readFile(file, 'utf8')).split('\n');
      return lines
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as LogsRequest & MetricsRequest);
    },
    close: async () => {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};
