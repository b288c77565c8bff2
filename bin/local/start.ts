import { styleText } from 'node:util';
import { LOG_KIND_NAMES, type Pipeline } from '../../lambdas/function-settings.ts';
import { UsageError, type Values } from '../shared/command-line.ts';
import { counted } from '../shared/counted.ts';
import { totals } from './account.ts';
import type { START } from './command.ts';
import { metricsTable, requestsTable } from './details.ts';
import { firstLines, openExhibits } from './exhibits.ts';
import { fileInputs, type Inputs, sampleInputs } from './inputs.ts';
import { hoursBetween, monthOf } from './month.ts';
import { exhibit, faults, filesTable, ledgerTable, type Paper } from './report.ts';
import type { Run, RunOptions } from './run.ts';
import { openReceived, type Received } from './scout-summary.ts';
import { misspelt, settingsFrom } from './settings.ts';
import { openTarget } from './target.ts';
import { toJson } from './to-json.ts';
import { verdictOf } from './verdict.ts';
import { forwardWatched } from './watched.ts';

/** What a run reads and writes besides its files. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Context of cdk.json. */
  readonly project: Readonly<Record<string, unknown>>;
  readonly print: (text: string) => void;
  readonly warn: (text: string) => void;
  /** Columns of the terminal. */
  readonly width: number;
  readonly code?: RunOptions['code'];
}

const MARKS = { 0: ['green', '✔'], 1: ['yellow', '⚠'], 2: ['red', '✘'] } as const;

const SAMPLE_HOURS = 1;

/** The first of them that can be read is shown beside its record. */
const LINES_TRIED = 20;

/**
 * Forwards files or samples and prints what came of it. Returns the exit status: 0 all delivered, 1 some not, 2 nothing.
 * @throws UsageError for what the user can correct
 */
export const start = async (
  options: Values<typeof START.options>,
  pairs: Readonly<Record<string, string>>,
  { environment, project, print, warn, width, code }: Surroundings,
): Promise<number> => {
  const begun = performance.now();
  const given = settingsFrom(project, environment, pairs);
  const settings = (pipeline: Pipeline) => ({
    LOG_KINDS: options.kind ?? LOG_KIND_NAMES.join(','),
    ...given(pipeline),
  });
  for (const [name, meant] of misspelt(Object.keys(environment)))
    warn(`${name} is not a setting; did you mean ${meant}?`);
  const areSamples = options.arguments.length === 0;
  const { inputs, refused }: Inputs = areSamples
    ? { inputs: sampleInputs(Date.now()), refused: [] }
    : await fileInputs(options.arguments, options.kind);
  if (options.open) {
    if (options.otlp !== undefined)
      throw new UsageError('--open shows what a Scout on this machine gets; leave out --otlp');
    const { openPage } = await import('./page/open.ts');
    await openPage({ inputs, refused, areSamples, settings, ...(code && { code }) }, print);
    return 0;
  }

  const received = openReceived();
  const shown = inputs.find(({ pipeline }) => pipeline === 'logs') ?? inputs[0];
  const lines = shown === undefined ? [] : firstLines(shown, LINES_TRIED);
  const exhibits = openExhibits(lines);
  const target = await openTarget({
    otlp: options.otlp,
    areSamples,
    sendsSamples: options['send-samples'],
    environment,
    onRequest: (request) => {
      received.add(request);
      if (request.stored) exhibits.add(request);
    },
  });
  const say = (text: string): void => {
    if (!options.json) print(text);
  };
  say(
    `Runs the deployed bundles on ${areSamples ? `${inputs.length} sample objects: an hour of an AWS account` : counted(inputs.length, 'file')}.`,
  );
  say(target.text);

  let run: Run;
  try {
    run = await forwardWatched(inputs, {
      received,
      env: (pipeline) => ({ ...settings(pipeline), ...target.env }),
      ...(code !== undefined && { code }),
      isVerbose: options.verbose,
      warn,
    });
  } finally {
    await target.close();
  }

  const seen = target.isEmbedded ? received : undefined;
  const verdict = verdictOf({
    run,
    refused,
    areSamples,
    received: seen?.records,
    seconds: (performance.now() - begun) / 1000,
  });
  const months = monthsOf(run, seen, areSamples);
  if (options.json) {
    print(toJson({ target, run, refused, unreadable: received.unreadable, months, verdict }));
    return verdict.status;
  }
  const paper: Paper = { width, isWhole: options.details };
  const parts = [
    exhibit(lines, exhibits, paper).join('\n'),
    options.details && received.metrics.size > 0 ? metricsTable(received, width) : [],
    options.details && received.requests.size > 0 ? requestsTable(received, width) : [],
    areSamples || run.accounts.length === 0 ? [] : filesTable(run, paper).join('\n'),
    ...(areSamples && !options.details && verdict.status === 0
      ? []
      : faults(run, refused, received.unreadable, paper)),
    run.accounts.length === 0 ? [] : ledgerTable(run, months, paper),
    options.details && received.ownPoints > 0
      ? `Beside these: ${counted(received.ownPoints, 'point')} of the forwarder's own gauges (OWN_METRICS)`
      : [],
  ].flat();
  for (const part of parts) if (part !== '') say(`\n${part}`);
  if (Object.keys(months).length > 0)
    say('* list prices, if every hour were like this; AWS: bytes out, metric updates');
  const [color, mark] = MARKS[verdict.status];
  say(styleText(color, `${mark} ${verdict.text}`));
  return verdict.status;
};

/** Dollars a month of the pipelines whose data covers a known time. */
const monthsOf = ({ accounts }: Run, received: Received | undefined, areSamples: boolean) => {
  const { oldestMs = 0, newestMs = 0, updates = 0 } = received ?? {};
  // A part of the sample hour says nothing of an hour.
  if (areSamples && accounts.some(({ failure }) => failure !== undefined)) return {};
  const hours = areSamples ? SAMPLE_HOURS : hoursBetween(oldestMs, newestMs);
  if (received === undefined || hours === undefined) return {};
  return Object.fromEntries(
    (['metrics', 'logs'] as const).flatMap((pipeline) => {
      const own = accounts.filter(({ input }) => input.pipeline === pipeline);
      return own.length === 0 ? [] : [[pipeline, monthOf(pipeline, totals(own), updates, hours)] as const];
    }),
  );
};
