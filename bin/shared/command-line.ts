import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs, type ParseArgsOptionDescriptor } from 'node:util';
import { readStackSettings, type StackSettings, SettingsError } from '../../lib/settings.ts';
import { awsFault } from './aws-fault.ts';

/** Says what is wrong with a command line, or with what it asks for. */
export class UsageError extends Error {}

/** Says why a command did not finish. */
export class CommandError extends Error {}

/** An option of a command. Without `value` it takes none. */
export interface Option extends ParseArgsOptionDescriptor {
  /** Placeholder of its value in the help. */
  readonly value?: string;
  readonly help: string;
}

export type Options = Readonly<Record<string, Option>>;

/** Values of a command's options, its verb ('' where it takes none), and its other arguments. */
export type Values<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O & typeof COMMON }>
>['values'] & { readonly verb: string; readonly arguments: readonly string[] };

export interface Command<O extends Options = Options> {
  /** As in `npm run NAME`. */
  readonly name: string;
  readonly summary: string;
  /** First argument that is not an option, if the command takes one, and what each of its values does. */
  readonly verbs?: Readonly<Record<string, string>>;
  /** Placeholder and meaning of each other argument, if the command takes any number of them. It then has no verb. */
  readonly argument?: { readonly name: string; readonly help: string };
  readonly options: O;
  /** IAM actions that it may need; docs/operations.md lists them. */
  readonly actions: readonly string[];
  /** Meaning of exit statuses other than 0 and 2. */
  readonly failure: string;
  /** Meaning of exit status 2 beside a wrong command line. */
  readonly orStatus2?: string;
}

/** Exit statuses. */
const FAILED = 1;
const WRONG_USAGE = 2;

const COMMON = {
  context: {
    type: 'string',
    short: 'c',
    multiple: true,
    default: [] as string[],
    value: 'KEY=VALUE',
    help: 'a setting, over those of cdk.json',
  },
  help: { type: 'boolean', short: 'h', default: false, help: 'prints this' },
} as const satisfies Readonly<Record<string, Option>>;

export const STACK_OPTION = {
  type: 'string',
  default: 'ScoutForwarder',
  value: 'NAME',
  help: 'name of the stack',
} as const satisfies Option;

/** @throws UsageError naming the option */
export const readOptions = <O extends Options>(
  { verbs, argument, options }: Pick<Command<O>, 'verbs' | 'argument' | 'options'>,
  args: readonly string[] = process.argv.slice(2),
): Values<O> => {
  const { values, positionals } = parse({ ...COMMON, ...options }, args, (verbs ?? argument) !== undefined);
  if (argument !== undefined) return { ...values, verb: '', arguments: positionals } as unknown as Values<O>;
  const [verb = '', ...others] = positionals;
  const isKnown = verbs === undefined || (others.length === 0 && Object.hasOwn(verbs, verb));
  if (!isKnown && values['help'] !== true)
    throw new UsageError(
      `the verb is ${positionals.join(' ') || 'missing'}; it must be ${Object.keys(verbs).join(', ')}`,
    );
  return { ...values, verb, arguments: [] } as unknown as Values<O>;
};

const parse = (options: Options, args: readonly string[], allowPositionals: boolean) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals });
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    // A value without its option may be a secret.
    throw new UsageError(message.replace(/^(Unexpected argument '[\w-]*)[^]*?('\. )/, '$1…$2'));
  }
};

/** The value of an option that is a count. @throws UsageError */
export const countOf = (option: string, value: string, least: number): number => {
  if (/^(?:0|[1-9]\d*)$/.test(value) && Number(value) >= least) return Number(value);
  throw new UsageError(`${option} is ${value}; it must be a whole number from ${least}`);
};

/**
 * Runs a command: prints its help, or a sentence instead of a stack trace for what people can fix. The exit status is 2
 * for a wrong command line, 1 for any other failure.
 */
export const run = async <O extends Options>(
  command: Command<O>,
  main: (options: Values<O>) => unknown,
): Promise<void> => {
  // A reader such as `head` may end before the command does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  try {
    const options = readOptions(command);
    if ((options as Values<Options>).help) console.log(help(command));
    else await main(options);
  } catch (error) {
    const { status, text } = failure(error, command);
    if (text === undefined) throw error;
    console.error(text);
    process.exitCode = status;
  }
};

const failure = (
  error: unknown,
  command: Pick<Command, 'name' | 'actions'>,
): { readonly status: number; readonly text: string | undefined } => {
  if (error instanceof UsageError)
    return { status: WRONG_USAGE, text: `${error.message}\n${usage(command)}` };
  if (error instanceof SettingsError) return { status: FAILED, text: error.message };
  const fault = awsFault(error, command.actions);
  if (fault !== undefined) return { status: FAILED, text: `${fault.found}\n→ ${fault.remedy}` };
  return { status: FAILED, text: isExplained(error) ? error.message : undefined };
};

/** Those of lambdas/aws by name: importing them would load the SDK in every command. */
const isExplained = (error: unknown): error is Error =>
  error instanceof CommandError ||
  (error instanceof Error && ['ReadError', 'UnsentMessages'].includes(error.name));

const usage = ({ name }: { readonly name: string }): string =>
  `usage: ${typed(name)} -- … (${typed(name)} -- --help explains it)`;

const typed = (name: string): string => (name === 'start' ? 'npm start' : `npm run ${name}`);

/** The help of a command. */
export const help = (command: Command): string => {
  const { name, summary, verbs, argument, options, failure, orStatus2, actions } = command;
  const verbRows = [
    ...Object.entries(verbs ?? {}),
    ...(argument === undefined ? [] : [[argument.name, argument.help]]),
  ];
  const rows = Object.entries<Option>({ ...options, ...COMMON }).map(([option, { short, value, help }]) => [
    `${short === undefined ? '' : `-${short}, `}--${option}${value === undefined ? '' : ` ${value}`}`,
    help,
  ]);
  const width = Math.max(...[...verbRows, ...rows].map(([left = '']) => left.length));
  const lines = (list: readonly (readonly string[])[]): string =>
    list.map(([left = '', right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
  return [
    [
      `usage: ${typed(name)} --`,
      ...(verbs === undefined ? [] : [Object.keys(verbs).join('|')]),
      '[options]',
      ...(argument === undefined ? [] : [`[${argument.name}…]`]),
    ].join(' '),
    summary,
    ...(verbRows.length === 0 ? [] : [lines(verbRows)]),
    lines(rows),
    ...(actions.length === 0 ? [] : [`IAM actions that it may need: ${actions.join(', ')}.`]),
    `Exit status: 0 if all went well, ${FAILED} ${failure}, ${WRONG_USAGE} ${orStatus2 === undefined ? '' : `${orStatus2}, or `}if the command line is wrong.`,
  ].join('\n\n');
};

/**
 * The stack's settings: those of `cdk.json`, and over them the `-c key=value` pairs.
 * @param name of the command, for the example of the error
 * @param defaults for settings that neither gives
 * @throws SettingsError
 */
export const readContext = (
  pairs: readonly string[],
  name: string,
  defaults: Readonly<Record<string, string>> = {},
): StackSettings =>
  readStackSettings(
    { ...defaults, ...projectContext(), ...keysAndValues(pairs) },
    process.env,
    `npm run ${name} --`,
  );

/** @throws UsageError if one is not `key=value` */
export const keysAndValues = (pairs: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(pairs.map(keyAndValue));

const keyAndValue = (pair: string): [string, string] => {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
  // The rest may be a secret.
  if (key === undefined || value === undefined)
    throw new UsageError(`-c ${/^[\w-]*/.exec(pair)?.[0]} must be key=value`);
  return [key, value];
};

/** The context of `cdk.json` in the current folder. */
export const projectContext = (): Readonly<Record<string, unknown>> => {
  const path = resolve('cdk.json');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '{}';
  try {
    return (JSON.parse(text) as { context?: Record<string, unknown> }).context ?? {};
  } catch {
    // The parser's message may quote a secret.
    throw new UsageError(`${path} is not JSON`);
  }
};
