import { expect, test } from 'vitest';
import {
  ALB_SETTINGS,
  METRIC_SETTINGS,
  SCOUT_SETTINGS,
  type Setting,
  STACK_SETTINGS,
} from '../../../lib/settings/settings-table.ts';

const GROUPS = [
  ['Scout and delivery', SCOUT_SETTINGS],
  ['Metrics', METRIC_SETTINGS],
  ['ALB logs', ALB_SETTINGS],
  ['The stack', STACK_SETTINGS],
] as const;

const HEAD = `# Settings

Keys of the CDK context: under \`"context"\` in \`cdk.json\`, or \`-c key=value\` on the command line. Values may be JSON in
either place. \`cdk synth\` checks them all and names every missing, wrong or misspelt key at once.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|');

const defaultOf = (value: unknown): string => {
  if (value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const row = (key: string, { description, required, default: value, defaultText, env }: Setting): string => {
  const fallback = required ? 'required' : (defaultText ?? defaultOf(value));
  return `| \`${key}\` | ${cell(description)} | ${cell(fallback)} | ${env === undefined ? '–' : `\`${env}\``} |`;
};

const section = ([title, settings]: readonly [string, Readonly<Record<string, Setting>>]): string =>
  [
    `## ${title}\n`,
    '| key | what it does | default | variable of the functions |',
    '| --- | --- | --- | --- |',
    ...Object.entries(settings).map(([key, setting]) => row(key, setting)),
  ].join('\n');

test('docs/settings.md lists every setting as the code knows it (vitest -u writes it anew)', async () => {
  const text = [HEAD, ...GROUPS.map((group) => `${section(group)}\n`)].join('\n');
  await expect(text).toMatchFileSnapshot('../../../docs/settings.md');
});
