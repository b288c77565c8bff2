import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Pipeline } from '../../lambdas/function-settings.ts';
import type { BenchObject } from './data.ts';

/** CPU of each stage done by itself, in milliseconds. */
export interface Stages {
  readonly gunzipMs: number;
  /** UTF-8 to text, lines, JSON.parse; metric streams only. */
  readonly parseMs: number;
  /** Decompressed chunks to lines, and those to fields or data. */
  readonly tokenizeMs: number;
  /** Decompressed chunks to OTLP requests: the same, and mapping and protobuf, which are one pass. */
  readonly encodeMs: number;
  /** The same lines as plain code would do them: split or parsed, and written as JSON. */
  readonly plainMs: number;
  /** The requests that the function made, in gzip. */
  readonly gzipMs: number;
  readonly gzipBytes: number;
  /** The same as the function compresses them. */
  readonly compressMs: number;
  readonly compressedBytes: number;
  /** The compressed requests to a Scout that drains. */
  readonly postMs: number;
}

/** The least that any forwarder needs: gunzip and gzip of the very same bytes, and JSON.parse where the input is JSON. */
export const floorMs = ({ gunzipMs, parseMs, gzipMs }: Stages): number => gunzipMs + parseMs + gzipMs;

export interface StagesTask {
  readonly pipeline: Pipeline;
  readonly objects: readonly BenchObject[];
  /** Where the function's requests are, decompressed. */
  readonly folder: string;
  /** Base URL of a Scout. */
  readonly scout: string;
}

export interface StagesProcess {
  readonly measure: () => Promise<Stages>;
  readonly close: () => void;
}

/** A process of its own that measures the stages as often as it is asked. */
export const startStages = async (task: StagesTask): Promise<StagesProcess> => {
  const child = fork(fileURLToPath(new URL('stages-process.ts', import.meta.url)), [JSON.stringify(task)]);
  await once(child, 'message');
  return {
    measure: async () => {
      const message = once(child, 'message');
      child.send('measure');
      return ((await message) as [Stages])[0];
    },
    close: () => child.kill(),
  };
};
