import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { startCollector } from '../support/otelcol.ts';
import { startServer } from '../support/server-process.ts';

/** What Scout is made of, on loopback: a Collector, and the ClickHouse that it writes to. */
export interface ScoutDatabase {
  /** OTLP/HTTP. What it has accepted can be queried. */
  readonly endpoint: string;
  /** Rows by the names of their columns. @throws Error with ClickHouse's message */
  readonly query: (sql: string) => Promise<readonly Row[]>;
  readonly close: () => Promise<void>;
}

export type Row = Readonly<Record<string, unknown>>;

/** A name that must be quoted, as the names of organisations must. */
export const DATABASE = 'example-shop';

const SERVER = fileURLToPath(new URL('clickhouse.py', import.meta.url));

/** The Collector's clickhouse exporter makes the tables itself. */
export const startScoutDatabase = async (otelcol: string, python: string): Promise<ScoutDatabase> => {
  const folder = await mkdtemp(join(tmpdir(), 'clickhouse-'));
  const server = await startServer(python, [SERVER, folder], {}, /Listening on (http:\S+)/);
  const url = server.match[1] ?? '';
  const exporter = {
    endpoint: url,
    database: DATABASE,
    compress: 'none',
    async_insert: false,
    sending_queue: { enabled: false },
    retry_on_failure: { enabled: false },
  };
  const collector = await startCollector(otelcol, {}, { clickhouse: exporter });
  return {
    endpoint: collector.endpoint,
    query: async (sql) => {
      const response = await fetch(`${url}/?default_format=JSON`, { method: 'POST', body: sql });
      const text = await response.text();
      if (!response.ok) throw new Error(`${text}\n${sql}`);
      return (JSON.parse(text) as { readonly data: readonly Row[] }).data;
    },
    close: async () => {
      await collector.close();
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
};
