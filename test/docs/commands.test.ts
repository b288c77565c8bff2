import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type DocumentedCommand, documentedCommands } from '../support/factories/documented-commands.ts';
import { awsAt, runCommand } from '../support/harness/run-command.ts';
import { synth } from '../support/harness/synth.ts';

const PACKAGE = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const CI = readFileSync('.ci/run', 'utf8');
const COMMANDS = documentedCommands().flatMap(({ page, command }) =>
  command.split(/\s(?:&&|\|\|)\s/).map((part) => ({ page, command: part })),
);
const found = (pattern: RegExp): readonly DocumentedCommand[] =>
  COMMANDS.filter(({ command }) => pattern.test(command));

const NPM_RUN = /^npm run (?:--silent )?(?<script>[\w:-]+)(?: -- (?<args>.*))?$/;
/** Options in brackets, as in a synopsis, count like others. */
const OPTIONS = /(?<=^|[\s[])(--[\w-]+|-\w)(?=[\s=\]]|$)/g;
/** Scripts that take minutes; only their options are checked. */
const NOT_IN_CI = ['bench', 'mutate'];
/** Parts of a shell line that need no check, and tools of others. */
const OTHERS =
  /^(export|echo|git (pull|checkout)|npm (ci|pack|install|test|start)\b|npx vitest run|out\(\) \{)/;

test('every documented command is of a kind that a test checks or CI runs', () => {
  const CHECKED = [NPM_RUN, /^npx cdk /, /^-c /, /^aws /, OTHERS];
  const unchecked = COMMANDS.filter(({ command }) => !CHECKED.some((kind) => kind.test(redirected(command))));

  expect(unchecked).toEqual([]);
});

test('every documented npm script is there, and CI runs it or it is a command with tests of its own', () => {
  const names = new Set(
    found(NPM_RUN).map(({ command }) => NPM_RUN.exec(redirected(command))?.groups?.['script'] ?? ''),
  );
  const missing = [...names].filter((name) => PACKAGE.scripts[name] === undefined);
  const notRun = [...names].filter((name) => !isRun(name));

  expect(missing).toEqual([]);
  expect(notRun).toEqual([]);
});

test('every option of a documented npm script is in its --help', { timeout: 60_000 }, async () => {
  const calls = found(NPM_RUN).flatMap(({ page, command }) => {
    const { script = '', args = '' } = NPM_RUN.exec(redirected(command))?.groups ?? {};
    const [verb = ''] = /^[a-z]+/.exec(args) ?? [];
    return args === ''
      ? []
      : [{ page, script, words: [verb, ...(args.match(OPTIONS) ?? [])].filter(Boolean) }];
  });
  const scripts = [...new Set(calls.map(({ script }) => script))].filter(isCommand);
  const texts = await Promise.all(
    scripts.map(async (name) => (await runCommand(name, ['--help'], awsAt('http://127.0.0.1:1'))).stdout),
  );
  const help = new Map(scripts.map((name, index) => [name, texts[index] ?? '']));
  const unknown = calls.flatMap(({ page, script, words }) =>
    words
      .filter((word) => help.get(script)?.includes(word) === false)
      .map((word) => `${page}: ${script} ${word}`),
  );

  expect(help.size).toBeGreaterThan(3);
  expect(unknown).toEqual([]);
});

test.each(found(/^(-c|npx cdk .*-c) \w+=/))('$page: $command synthesizes', ({ command }) => {
  const { regions, ...context } = contextOf(command);
  expect(() => synth(context, regions?.split(',')[0])).not.toThrow();
});

const isRun = (name: string): boolean =>
  name === 'check' ||
  PACKAGE.scripts['check']?.includes(`npm run ${name}`) === true ||
  CI.includes(`npm run ${name}`) ||
  NOT_IN_CI.includes(name) ||
  isCommand(name);

const isCommand = (name: string): boolean => PACKAGE.scripts[name]?.includes(`node bin/${name}.ts`) === true;

const redirected = (command: string): string => command.replace(/ > \S+$/, '');

/** A file or key that a page only sketches is replaced by one that is there. */
const contextOf = (command: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Array.from(command.matchAll(/-c (\w+)=('[^']*'|\S+)/g), ([, key = '', value = '']) => [
      key,
      value.replaceAll("'", '').replace('corporate-ca.pem', CERTIFICATE).replace(/…$/, KEY_ID),
    ]),
  );

const CERTIFICATE = 'test/fixtures/self-signed.cert.pem';
const KEY_ID = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
