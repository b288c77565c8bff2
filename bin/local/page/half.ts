import { startScout } from '../emulators/scout.ts';
import { openExhibits } from '../exhibits.ts';
import type { Input } from '../inputs.ts';
import { forwardAll, type Run, type RunOptions } from '../run.ts';
import { openReceived, type Received } from '../scout-summary.ts';
import { chosenLines, pageLines } from './lines.ts';
import type { PageLine } from './result.ts';

/** A run of one pipeline. */
export interface Half {
  readonly run: Run;
  readonly received: Received;
  readonly lines: readonly PageLine[];
}

/** Forwards the inputs of one pipeline to a Scout of its own. */
export const forwardHalf = async (
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
