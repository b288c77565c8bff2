import { gunzipSync, gzipSync } from 'node:zlib';
import type { Pipeline } from '../../../lambdas/function-settings.ts';
import { totals } from '../account.ts';
import { startScout } from '../emulators/scout.ts';
import { openExhibits } from '../exhibits.ts';
import { headOf, type Input, inputOf, type Refused, sampleInputs } from '../inputs.ts';
import { kindOf, LOG_KIND_NAMES } from '../kinds.ts';
import { hoursBetween, monthOf } from '../month.ts';
import { counted } from '../../shared/counted.ts';
import { forwardAll, type Run, type RunOptions } from '../run.ts';
import { openReceived, type Received } from '../scout-summary.ts';
import { chosenLines, pageLines } from './lines.ts';
import type { PageLedger, PageLine, PageResult, SetSwitch } from './result.ts';
import { latencyByTargetGroup, namespacesOf, requestsByStatus } from './series.ts';
import { SWITCHES, switchesOf } from './switches.ts';

/** Data of the page: what is forwarded again under each choice of settings. */
export interface Session {
  readonly switches: readonly SetSwitch[];
  /** Forwards everything under these settings, over those of the command line. @throws Error if they are wrong */
  readonly run: (switched: Readonly<Record<string, string>>) => Promise<PageResult>;
  /** Replaces the data by this file. */
  readonly replace: (name: string, bytes: Buffer) => void;
}

export interface SessionOptions extends Pick<RunOptions, 'code'> {
  readonly inputs: readonly Input[];
  readonly refused: readonly Refused[];
  readonly areSamples: boolean;
  readonly settings: (pipeline: Pipeline) => Readonly<Record<string, string>>;
}

/** Of a sample log, every so many lines are kept: a page must respond at once. */
const KEPT_OF_SAMPLES = 8;

const PIPELINES = ['logs', 'metrics'] as const;

interface Data {
  readonly source: string;
  readonly inputs: readonly Input[];
  readonly refused: readonly Refused[];
  /** Hours that it is of, where they are known before it is read. */
  readonly hours?: number;
}

interface Half {
  readonly run: Run;
  readonly received: Received;
  readonly lines: readonly PageLine[];
}

export const openSession = ({ settings, code, ...options }: SessionOptions): Session => {
  let data: Data = options.areSamples
    ? sampleData()
    : {
        source: counted(options.inputs.length, 'file'),
        inputs: options.inputs.map(named),
        refused: options.refused,
      };
  /** Halves by pipeline and settings, of the data at hand. */
  const done = new Map<string, Promise<Half>>();

  const half = async (pipeline: Pipeline, switched: Readonly<Record<string, string>>): Promise<Half> => {
    const own = Object.fromEntries(
      SWITCHES.flatMap(({ name, pipelines }) => {
        const value = switched[name];
        return value !== undefined && pipelines.includes(pipeline) ? [[name, value]] : [];
      }),
    );
    const key = JSON.stringify([pipeline, own]);
    const found = done.get(key);
    if (found !== undefined) return found;
    const inputs = data.inputs.filter((input) => input.pipeline === pipeline);
    const env = { LOG_KINDS: LOG_KIND_NAMES.join(','), ...settings(pipeline), ...own };
    const forwarded = forwardHalf(inputs, env, code);
    done.set(key, forwarded);
    forwarded.catch(() => done.delete(key));
    return forwarded;
  };

  return {
    switches: switchesOf(settings),
    run: async (switched) => {
      const used = PIPELINES.filter((name) => data.inputs.some(({ pipeline }) => pipeline === name));
      const { source, refused, hours } = data;
      const halves = await Promise.all(used.map(async (pipeline) => half(pipeline, switched)));
      return toResult({ source, refused, hours }, used, halves);
    },
    replace: (name, bytes) => {
      const read = inputOf(name, bytes, 1);
      done.clear();
      data =
        'reason' in read
          ? { source: name, inputs: [], refused: [read] }
          : { source: name, inputs: [read], refused: [] };
    },
  };
};

const sampleData = (): Data => ({
  source: 'an hour of samples',
  inputs: sampleInputs(Date.now()).map(thinned).map(named),
  refused: [],
  hours: 1,
});

const thinned = (input: Input): Input => {
  if (input.pipeline === 'metrics' || !Buffer.isBuffer(input.body) || input.body[0] !== 0x1f) return input;
  const lines = gunzipSync(input.body).toString().split('\n');
  if (lines.length < 2 * KEPT_OF_SAMPLES) return input;
  const kept = lines.filter((_, index) => index % KEPT_OF_SAMPLES === 0);
  return { ...input, body: gzipSync(`${kept.join('\n')}\n`) };
};

/** With its kind. */
const named = (input: Input): Input => {
  const known = kindOf(headOf(input.body) ?? Buffer.alloc(0));
  return { kind: 'kind' in known ? known.kind : input.pipeline, ...input };
};

const forwardHalf = async (
  inputs: readonly Input[],
  env: Readonly<Record<string, string>>,
  code: RunOptions['code'],
): Promise<Half> => {
  const received = openReceived();
  const chosen = chosenLines(inputs);
  const exhibits = openExhibits(chosen);
  const scout = await startScout({
    keep: false,
    onRequest: (request) => {
      received.add(request);
      if (request.stored) exhibits.add(request);
    },
  });
  try {
    const variables = { ...env, ...scout.environment };
    const run = await forwardAll(inputs, { env: () => variables, ...(code !== undefined && { code }) });
    return { run, received, lines: pageLines(chosen, exhibits, run) };
  } finally {
    await scout.close();
  }
};

const toResult = (
  {
    source,
    refused,
    hours: known,
  }: Pick<Data, 'source' | 'refused'> & { readonly hours: number | undefined },
  pipelines: readonly Pipeline[],
  halves: readonly Half[],
): PageResult => {
  const received = halves.map((half) => half.received);
  const hours =
    known ??
    hoursBetween(
      Math.min(...received.map(({ oldestMs }) => oldestMs)),
      Math.max(...received.map(({ newestMs }) => newestMs)),
    );
  const ledgers = halves.map(({ run, received: { updates } }, index): PageLedger => {
    const pipeline = pipelines[index] ?? 'logs';
    const { read, delivered, rejected, filtered, continued, requests, bytes } = totals(run.accounts);
    return {
      pipeline,
      read,
      delivered,
      rejected,
      filtered,
      continued,
      requests,
      bytes,
      ...(hours !== undefined && { month: monthOf(pipeline, { delivered, bytes }, updates, hours) }),
    };
  });
  const failed = halves.flatMap(({ run }) =>
    run.accounts.flatMap(({ input, failure, skipped, deadLetters }) =>
      [failure ?? skipped ?? [], deadLetters].flat().map((reason) => ({ source: input.source, reason })),
    ),
  );
  const requests = received.flatMap((one) => [...one.requests.values()]);
  return {
    source,
    hours,
    notForwarded: [...refused, ...failed],
    ledgers,
    lines: halves.flatMap(({ lines }) => lines),
    requests: requestsByStatus(requests),
    latency: latencyByTargetGroup(requests),
    namespaces: namespacesOf(
      received.flatMap((one) => [...one.metrics.values()]),
      hours,
    ),
  };
};
