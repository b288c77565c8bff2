import { expect, test } from 'vitest';
import { settingText } from '../../../lib/settings.ts';
import { METRIC_PRESETS } from '../../../lib/settings/metric-presets.ts';
import {
  ALB_SETTINGS,
  METRIC_SETTINGS,
  OTHER_VARIABLES,
  SCOUT_SETTINGS,
  type Setting,
  SETTINGS,
  STACK_SETTINGS,
} from '../../../lib/settings/settings-table.ts';

const WIDTH = 110;

const HEAD = `# Settings

Set them in the CDK context: under \`"context"\` in \`cdk.json\`, or with \`-c key=value\` on the command line. Every
value can be given as text, as JSON, or as JSON text. \`cdk synth\` checks them all, and names every missing, wrong
and unknown key at once. A context key of your own must hold a colon, a slash, a dot or a dash (\`my:key\`), and
not look like one below; any other key is taken for a misspelt setting and refused.

A key that names a variable becomes this environment variable of the functions.
`;

const isRequired = ([, { required }]: [string, Setting]): boolean => required === true;
const all = Object.entries<Setting>(SETTINGS);
const optional = (rows: Readonly<Record<string, Setting>>) =>
  Object.entries(rows).filter((row) => !isRequired(row));

const GROUPS: readonly (readonly [string, readonly [string, Setting][]])[] = [
  ['Required', all.filter(isRequired)],
  ['Scout and delivery', optional(SCOUT_SETTINGS)],
  ['Metrics', optional(METRIC_SETTINGS)],
  ['Logs', optional(ALB_SETTINGS)],
  ['The stack', optional(STACK_SETTINGS)],
];

const defaultOf = ({ required, default: value, defaultText }: Setting): string => {
  if (required) return '';
  if (defaultText !== undefined) return `Default: ${defaultText}.`;
  const text = value === undefined ? '' : settingText(value);
  return ['', '{}'].includes(text) ? 'Default: none.' : `Default: \`${text}\`.`;
};

/** Lines of a list item, broken between words. */
const wrapped = (text: string): string =>
  text
    .split(' ')
    .reduce<string[]>(
      (lines, word) => {
        const last = `${lines.at(-1)} ${word}`;
        return last.length <= WIDTH ? [...lines.slice(0, -1), last] : [...lines, `  ${word}`];
      },
      ['-'],
    )
    .join('\n');

const item = ([key, setting]: readonly [string, Setting]): string =>
  wrapped(
    [
      `**\`${key}\`**${setting.alias === undefined ? '' : ` or \`${setting.alias}\``}:`,
      `${setting.description}.`,
      `Value: ${setting.parser.expected}.`,
      defaultOf(setting),
      setting.env === undefined ? '' : `Variable: \`${setting.env}\`.`,
    ]
      .filter(Boolean)
      .join(' '),
  );

const section = (title: string, lines: readonly string[], text = ''): string =>
  `## ${title}\n\n${text}${lines.join('\n')}\n`;

const presets = Object.entries(METRIC_PRESETS).map(([name, selections]) => {
  const whole = selections.map(
    ({ namespace, metricNames }) =>
      `\`${namespace}\`${metricNames === undefined ? '' : ` (the ${metricNames.length} metrics that dashboards read)`}`,
  );
  return `| \`${name}\` | ${whole.join(', ')} |`;
});

const variables = Object.entries(OTHER_VARIABLES).map(([name, description]) =>
  wrapped(`**\`${name}\`**: ${description}.`),
);

test('docs/settings.md lists every setting as the code knows it (vitest -u rewrites it)', async () => {
  const text = [
    HEAD,
    ...GROUPS.map(([title, rows]) => section(title, rows.map(item))),
    section('Presets of `metricPreset`', ['| preset | namespaces |', '| --- | --- |', ...presets]),
    section(
      'Other variables of the functions',
      variables,
      'The stack sets those that the functions need in AWS; a run elsewhere can set them all.\n\n',
    ),
  ].join('\n');
  await expect(text).toMatchFileSnapshot('../../../docs/settings.md');
});
