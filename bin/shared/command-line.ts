import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { App } from 'aws-cdk-lib';
import { readStackSettings, type StackSettings, SettingsError } from '../../lib/settings.ts';

/** Says, for people, what is wrong with a command line or with what it asks for; no stack trace is needed. */
export class UsageError extends Error {}

const CONTEXT = { context: { type: 'string', short: 'c', multiple: true, default: [] as string[] } } as const;

/**
 * The options of a command, and the `-c key=value` pairs that every command takes.
 * @throws UsageError naming the option
 */
export const readOptions = <T extends ParseArgsOptionsConfig>(options: T) => {
  try {
    return parseArgs({ options: { ...CONTEXT, ...options } }).values;
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    // A value without its option may be a secret.
    throw new UsageError(message.replace(/^(Unexpected argument '[\w-]*)[^]*?('\. )/, '$1…$2'));
  }
};

/**
 * The stack's settings: those of `cdk.json`, and over them the `-c key=value` pairs.
 * @throws SettingsError
 */
export const readContext = (pairs: readonly string[]): StackSettings =>
  readStackSettings(
    new App({ context: { ...contextOf(resolve('cdk.json')), ...Object.fromEntries(pairs.map(keyAndValue)) } })
      .node,
  );

/** Runs a command; says what is wrong and how it is used, instead of a stack trace, where people can mend it. */
export const run = async (usage: string, main: () => unknown): Promise<void> => {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof SettingsError || error instanceof UsageError)) throw error;
    console.error(error instanceof UsageError ? `${error.message}\n${usage}` : error.message);
    process.exitCode = 1;
  }
};

const keyAndValue = (pair: string): [string, string] => {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
  // The rest may be a secret.
  if (key === undefined || value === undefined)
    throw new UsageError(`-c ${/^[\w-]*/.exec(pair)?.[0]} must be key=value`);
  return [key, value];
};

const contextOf = (path: string): Record<string, unknown> => {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '{}';
  try {
    return (JSON.parse(text) as { context?: Record<string, unknown> }).context ?? {};
  } catch {
    // The parser's message may quote a secret.
    throw new UsageError(`${path} is not JSON`);
  }
};
