import { createReadStream, statSync } from 'node:fs';
import type { Format } from '../../lambdas/format.ts';
import { type FunctionSettings, readFunctionSettings } from '../../lambdas/function-settings.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import { logFormats } from '../../lambdas/log-lines/log-formats.ts';
import { metricStreamFormat } from '../../lambdas/metric-stream/format.ts';
import { functionEnvironment, type StackSettings } from '../../lib/settings.ts';
import type { Input } from '../local/inputs.ts';
import { type EncodedObject, encodeObject } from './encode.ts';

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
  const functionSettings = readFunctionSettings(functionEnvironment(settings, pipeline), pipeline);
  const { size } = statSync(path);
  const format = formatOf(functionSettings, pipeline, key, size);
  if ('skip' in format) return format;
  const object = { bucket: 'files', key, etag: '0'.repeat(32) };
  return encodeObject(createReadStream(path), object, format, pipeline, functionSettings, onLine);
};

const formatOf = (
  settings: FunctionSettings,
  pipeline: Input['pipeline'],
  key: string,
  size: number,
): Format | { readonly skip: string } => {
  if (pipeline === 'logs') return logFormats(LOG_KINDS, settings)(key, size);
  return size === 0 ? { skip: 'empty object' } : metricStreamFormat(settings);
};
