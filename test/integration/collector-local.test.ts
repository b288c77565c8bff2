import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { dataPointsOf, logRecordsOf } from '../../bin/local/emulators/scout/otlp.ts';
import { startCollector } from './support/otelcol.ts';

const otelcol = process.env['OTELCOL'];

test.skipIf(otelcol === undefined)(
  'npm start --otlp sends every sample record to a real Collector, each once',
  async () => {
    const collector = await startCollector(otelcol ?? '');
    onTestFinished(collector.close);
    const args = ['bin/local.ts', '--otlp', collector.endpoint, '--json'];
    // Own gauges are not in the ledger.
    const env = { ...process.env, OWN_METRICS: 'false' };
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 2 ** 26 });
    const { status, sentTo, files } = JSON.parse(stdout) as {
      readonly status: number;
      readonly sentTo: string;
      readonly files: readonly { readonly kind: string; readonly delivered: number }[];
    };
    expect({ status, sentTo }).toEqual({ status: 0, sentTo: collector.endpoint });
    const delivered = (isMetrics: boolean): number =>
      files
        .filter(({ kind }) => (kind === 'metrics') === isMetrics)
        .reduce((sum, file) => sum + file.delivered, 0);
    const exported = await collector.exported();
    const records = exported.flatMap(logRecordsOf);
    expect(delivered(false)).toBeGreaterThan(30_000);
    expect(records.length).toBe(delivered(false));
    expect(new Set(records.map(({ record }) => JSON.stringify(record))).size).toBe(records.length);
    expect(exported.reduce((sum, request) => sum + dataPointsOf(request), 0)).toBe(delivered(true));
  },
);
