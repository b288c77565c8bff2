import type { Pipeline } from '../../lambdas/function-settings.ts';
import { printable } from '../shared/printable.ts';
import { counted } from '../shared/counted.ts';
import type { DeadLetter } from './dead-letters.ts';
import { remedyFor } from './remedies.ts';

const HOUR_MS = 3_600_000;

/** Letters by type, with the oldest, an example of the reason, and what to do. */
export const summary = (pipeline: Pipeline, letters: readonly DeadLetter[], now: number): string => {
  const types = [...new Set(letters.map(({ type }) => type))].toSorted();
  const blocks = types.map((type) => {
    const some = letters.filter((letter) => letter.type === type);
    const oldest = Math.min(...some.map(({ sentMs }) => sentMs));
    const reasons = new Set(some.map(({ reason }) => reason));
    const [reason] = reasons;
    const others = reasons.size > 1 ? ` (and ${counted(reasons.size - 1, 'other reason')})` : '';
    const { text, verb } = remedyFor(type, pipeline);
    return [
      `  ${type}: ${some.length}, the oldest sent ${Math.floor((now - oldest) / HOUR_MS)} h ago`,
      ...(reason === undefined ? [] : [printable(`    ${reason}${others}`)]),
      `    → ${text}. Then: npm run letters -- ${verb} --pipeline ${pipeline} --type ${type}`,
    ].join('\n');
  });
  return [
    `${pipeline}: ${letters.length === 0 ? 'no dead letters' : counted(letters.length, 'dead letter')}`,
    ...blocks,
  ].join('\n');
};

/** One letter, for people or as JSON. */
export const letterLines = (
  pipeline: Pipeline,
  { type, reason, body, sentMs }: DeadLetter,
  isJson: boolean,
): string => {
  const sent = new Date(sentMs).toISOString();
  return isJson
    ? JSON.stringify({ pipeline, type, reason, sent, body })
    : [`${pipeline}  ${type}  ${sent}`, ...(reason === undefined ? [] : [`  ${reason}`]), `  ${body}`]
        .map(printable)
        .join('\n');
};
