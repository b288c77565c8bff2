import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readFunctionSettings } from '../../lambdas/function-settings.ts';
import { metricStreamFormat } from '../../lambdas/metric-stream/format.ts';
import { encoderFor } from '../support/factories/encoder.ts';
import { IN_USE } from './codecs.ts';
import type { BenchObject } from './data.ts';
import type { Row } from './rows.ts';
import { median } from './statistics.ts';

const settings = readFunctionSettings({
  SCOUT_ENDPOINT: 'https://scout.example.com',
  SCOUT_TOKEN_URL: 'https://scout.example.com/token',
  SCOUT_SECRET_NAME: 'bench',
});

/** The cost of `cloud.resource_id`: the same data without a region have none. */
export const resourceIdRows = (objects: readonly BenchObject[], runs: number): readonly Row[] => {
  const withIds = objects.map(({ path }) => gunzipSync(readFileSync(path)));
  const without = withIds.map((text) =>
    Buffer.from(text.toString('latin1').replaceAll(/"region":"[^"]*",/g, ''), 'latin1'),
  );
  const [encodeWith, encodeWithout] = [encoderOf(withIds), encoderOf(without)];
  const bytes = compressedSize(encodeWith()) / compressedSize(encodeWithout());
  const cpu: number[] = [];
  while (cpu.length < runs) cpu.push(cpuOf(encodeWith) / cpuOf(encodeWithout));
  return [
    ['cloud.resource_id: compressed bytes', more(bytes)],
    ['cloud.resource_id: CPU of parsing and encoding', more(median(cpu))],
  ];
};

/** Encodes the lines of all objects; each call with the series that the first has found. */
const encoderOf = (objects: readonly Buffer[]) => {
  const format = metricStreamFormat(settings);
  return (): readonly Buffer[] => {
    const encoder = encoderFor(format, { bucket: 'bench', key: 'bench' }, 0, settings.batch);
    const requests: Buffer[] = [];
    const take = (): void => void requests.push(Buffer.from(encoder.take().request));
    for (const bytes of objects) {
      for (let start = 0, line = 1; start < bytes.length; line++) {
        const end = bytes.indexOf(10, start);
        if (!encoder.add(bytes, start, end, line, false)) {
          take();
          encoder.add(bytes, start, end, line, false);
        }
        start = end + 1;
      }
    }
    take();
    return requests;
  };
};

const compressedSize = (requests: readonly Buffer[]): number =>
  requests.reduce((size, request) => size + IN_USE.metrics.compress(request).length, 0);

const cpuOf = (work: () => unknown): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
};

const more = (ratio: number): string => `${ratio < 1 ? '−' : '+'}${Math.abs(100 * (ratio - 1)).toFixed(1)} %`;
