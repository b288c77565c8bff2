import { LOG_KIND_NAMES, type Pipeline } from '../../../lambdas/function-settings.ts';
import type { Inputs } from '../inputs.ts';
import type { RunOptions } from '../run.ts';
import { type Data, droppedData, fileData, sampleData } from './data.ts';
import { forwardHalf, type Half } from './half.ts';
import type { PageResult, SetSwitch } from './result.ts';
import { SWITCHES, switchesOf } from './switches.ts';
import { toResult } from './to-result.ts';

/** Data of the page: what is forwarded again under each choice of settings. */
export interface Session {
  readonly switches: readonly SetSwitch[];
  /**
   * Forwards everything under the values of switches, over the settings of the command line.
   * @throws UsageError if the functions refuse them
   */
  readonly run: (switched: Readonly<Record<string, string>>) => Promise<PageResult>;
  /** Replaces the data by this file. */
  readonly replace: (name: string, bytes: Buffer) => void;
}

export interface SessionOptions extends Inputs, Pick<RunOptions, 'code'> {
  readonly areSamples: boolean;
  readonly settings: (pipeline: Pipeline) => Readonly<Record<string, string>>;
}

const PIPELINES = ['logs', 'metrics'] as const;

/** So many results are kept, so that switching back takes no time. */
const MOST_KEPT = 20;

export const openSession = ({ settings, code, areSamples, ...files }: SessionOptions): Session => {
  let data: Data = areSamples ? sampleData() : fileData(files);
  /** By pipeline and settings, of the data at hand. */
  const kept = new Map<string, Promise<Half>>();

  const half = async (pipeline: Pipeline, switched: Readonly<Record<string, string>>): Promise<Half> => {
    const own = Object.fromEntries(
      SWITCHES.flatMap(({ name, pipelines }) => {
        const value = switched[name];
        return value !== undefined && pipelines.includes(pipeline) ? [[name, value]] : [];
      }),
    );
    const key = JSON.stringify([pipeline, own]);
    const found = kept.get(key);
    if (found !== undefined) return found;
    const inputs = data.inputs.filter((input) => input.pipeline === pipeline);
    const env = { LOG_KINDS: LOG_KIND_NAMES.join(','), ...settings(pipeline), ...own };
    const forwarded = forwardHalf(inputs, env, code);
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(key, forwarded);
    forwarded.catch(() => kept.delete(key));
    return forwarded;
  };

  return {
    switches: switchesOf(settings),
    run: async (switched) => {
      const read = data;
      const used = PIPELINES.filter((name) => read.inputs.some(({ pipeline }) => pipeline === name));
      const halves = await Promise.all(
        used.map(async (pipeline) => ({ pipeline, ...(await half(pipeline, switched)) })),
      );
      return toResult(read, halves);
    },
    replace: (name, bytes) => {
      kept.clear();
      data = droppedData(name, bytes);
    },
  };
};
