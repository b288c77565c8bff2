import type { Pipeline } from '../../../lambdas/function-settings.ts';
import type { SetSwitch, Switch } from './result.ts';

/** The settings that can be switched on the page, by the variables of the functions. */
export const SWITCHES: readonly Switch[] = [
  {
    name: 'ALB_BODY',
    label: 'Body',
    pipelines: ['logs'],
    choices: [
      ['json', 'all fields as JSON'],
      ['line', 'the line'],
      ['none', 'none'],
    ],
  },
  {
    name: 'ALB_ATTRIBUTES',
    label: 'Attributes',
    pipelines: ['logs'],
    choices: [
      ['aws', 'AWS’s names'],
      ['semconv', 'OpenTelemetry’s names'],
      ['both', 'both'],
    ],
  },
  {
    name: 'ALB_SAMPLE_RATE',
    label: 'Sample of good requests',
    pipelines: ['logs'],
    choices: [
      ['1', 'all'],
      ['0.5', '1 in 2'],
      ['0.1', '1 in 10'],
      ['0.01', '1 in 100'],
    ],
  },
  {
    name: 'ALB_SKIP_STATUS',
    label: 'Skip statuses',
    pipelines: ['logs'],
    placeholder: '301,2xx',
  },
  { name: 'ALB_SKIP_PATH', label: 'Skip paths (pattern)', pipelines: ['logs'], placeholder: '^/health' },
  {
    name: 'ALB_QUERY_STRINGS',
    label: 'Query strings',
    pipelines: ['logs'],
    choices: [
      ['keep', 'keep'],
      ['mask', 'mask values'],
      ['drop', 'drop'],
    ],
  },
  {
    name: 'ALB_CLIENT_ADDRESS',
    label: 'Client addresses',
    pipelines: ['logs'],
    choices: [
      ['keep', 'keep'],
      ['mask', 'mask'],
    ],
  },
  {
    name: 'METRIC_DIMENSION_ATTRIBUTES',
    label: 'Attribute per dimension',
    pipelines: ['metrics'],
    choices: [
      ['true', 'yes'],
      ['false', 'no'],
    ],
  },
  {
    name: 'METRIC_UNITS',
    label: 'Units',
    pipelines: ['metrics'],
    choices: [
      ['cloudwatch', 'CloudWatch’s'],
      ['ucum', 'OpenTelemetry’s (UCUM)'],
    ],
  },
  {
    name: 'SCOUT_COMPRESSION',
    label: 'Compression',
    pipelines: ['logs', 'metrics'],
    choices: [
      ['auto', 'auto (zstd)'],
      ['gzip', 'gzip'],
    ],
  },
];

/** The switches with the values of these settings, or the functions' defaults. */
export const switchesOf = (
  settings: (pipeline: Pipeline) => Readonly<Record<string, string>>,
): readonly SetSwitch[] =>
  SWITCHES.map(({ choices, ...one }) => {
    const set = one.pipelines.map((pipeline) => settings(pipeline)[one.name]).find((value) => value);
    const value = set ?? choices?.[0]?.[0] ?? '';
    if (choices === undefined) return { ...one, value };
    const isListed = choices.some(([choice]) => choice === value);
    return { ...one, value, choices: isListed ? choices : [...choices, [value, value]] };
  });
