import { createReadStream, statSync } from 'node:fs';
import { readFunctionSettings } from '../../lambdas/function-settings.ts';
import { functionEnvironment, type StackSettings } from '../../lib/settings.ts';
import type { Input } from '../local/inputs.ts';
import { type EncodedObject, encodeObject, formatsOf } from './encode.ts';

/** A file with a log or metric object. */
export interface FileInput extends Omit<Input, 'body'> {
  readonly path: string;
}

/** A file as the function encodes it under these settings; or why the function skips it. */
export const encodeFile = async (
  { pipeline, key, path }: FileInput,
  settings: StackSettings,
  onLine?: (line: string) => void,
): Promise<EncodedObject | { readonly skip: string }> => {
  const functionSettings = readFunctionSettings(functionEnvironment(settings, pipeline));
  const format = formatsOf(pipeline, functionSettings)(key, statSync(path).size);
  if ('skip' in format) return format;
  const object = { bucket: 'files', key, etag: '0'.repeat(32) };
  return encodeObject(createReadStream(path), object, format, pipeline, functionSettings, onLine);
};
