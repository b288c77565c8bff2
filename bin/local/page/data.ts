import { gunzipSync, gzipSync } from 'node:zlib';
import { counted } from '../../shared/counted.ts';
import { headOf, type Input, inputOf, type Inputs, type Refused, sampleInputs } from '../inputs.ts';
import { kindOf } from '../kinds.ts';

/** Of a sample log, every so many lines are kept: a page must respond at once. */
const KEPT_OF_SAMPLES = 8;

/** What the page forwards. */
export interface Data {
  readonly source: string;
  readonly inputs: readonly Input[];
  readonly refused: readonly Refused[];
  /** Hours that it is of, where they are known before it is read. */
  readonly hours?: number;
}

export const fileData = ({ inputs, refused }: Inputs): Data => ({
  source: counted(inputs.length, 'file'),
  inputs: inputs.map(named),
  refused,
});

/** A file that was dropped on the page. */
export const droppedData = (name: string, bytes: Buffer): Data => {
  const read = inputOf(name, bytes, 1);
  return 'reason' in read
    ? { source: name, inputs: [], refused: [read] }
    : { source: name, inputs: [read], refused: [] };
};

export const sampleData = (): Data => ({
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
