import { STACK_OPTION, type Options } from './command-line.ts';
import { PIPELINE_OPTION } from './deployed-stack.ts';

/** Options of the commands that list, show, retry and drop what a stack holds back: dead letters and rejected records. */
export const HELD_DATA_OPTIONS = {
  pipeline: PIPELINE_OPTION,
  yes: { type: 'boolean', default: false, help: 'deletes with drop' },
  'dry-run': { type: 'boolean', default: false, help: 'with retry, prints what it would send only' },
  json: { type: 'boolean', default: false, help: 'with show, one JSON object per line' },
  stack: STACK_OPTION,
} as const satisfies Options;
