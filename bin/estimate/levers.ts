import type { Prices } from '../../lib/prices.ts';
import type { StackSettings } from '../../lib/settings.ts';
import { includedMetrics } from '../../lib/settings/metric-presets.ts';
import { shellWord } from '../shared/shell-word.ts';
import { type Bill, billOf } from './bill.ts';
import type { Item } from './item.ts';
import type { Usage } from './usage.ts';

/** A setting that makes the bill smaller. */
export interface Lever {
  readonly setting: string;
  /** Dollars per month. Two levers together save less than their sum. */
  readonly saves: number;
}

/** Namespaces of which it is said what leaving them out saves. */
const DEAREST = 3;

const SAMPLE_RATE = 0.1;

/** Less than this is not worth a line. */
const LEAST_DOLLARS = 0.01;

/** What each lever by itself would save, the largest first. */
export const leversOf = async (
  usage: Usage,
  settings: StackSettings,
  prices: Prices,
  { dollars, items }: Bill,
): Promise<readonly Lever[]> => {
  const levers: Lever[] = [];
  for (const [setting, changed] of candidates(usage, settings, items)) {
    const bill = await billOf(usage, { ...settings, ...changed }, prices);
    levers.push({ setting, saves: dollars - bill.dollars });
  }
  return levers
    .filter(({ saves }) => saves >= LEAST_DOLLARS)
    .toSorted((one, other) => other.saves - one.saves);
};

type Candidate = readonly [setting: string, changed: Partial<StackSettings>];

const candidates = (
  { frequentPath }: Usage,
  settings: StackSettings,
  items: readonly Item[],
): readonly Candidate[] => {
  const namespaces = [
    ...new Set(items.filter(({ scope }) => scope === 'metrics').map(({ name }) => name)),
  ].slice(0, DEAREST);
  const hasLogs = items.some(({ scope }) => scope === 'logs');
  const { albSampleRate, albBody, albSkipPath, metricStatistics } = settings;
  return [
    ...namespaces.map((namespace) => without(namespace, settings)),
    ...(metricStatistics.length > 0 ? [['-c metricStatistics=none', { metricStatistics: [] }] as const] : []),
    ...(hasLogs && albSampleRate > SAMPLE_RATE
      ? [[`-c albSampleRate=${SAMPLE_RATE}`, { albSampleRate: SAMPLE_RATE }] as const]
      : []),
    ...(hasLogs && albBody !== 'none' ? [['-c albBody=none', { albBody: 'none' }] as const] : []),
    ...(frequentPath !== undefined && albSkipPath === undefined ? [skipping(frequentPath)] : []),
  ];
};

const without = (namespace: string, settings: StackSettings): Candidate => {
  const included = includedMetrics(settings);
  if (included === undefined)
    return [
      `-c metricExclude=${shellWord(namespace)}`,
      { metricExclude: [...(settings.metricExclude ?? []), { namespace }] },
    ];
  return [
    `${namespace} left out of metricInclude and metricPreset`,
    {
      metricPreset: undefined,
      // A stream that included nothing would carry everything.
      metricInclude: [...included.filter((one) => one.namespace !== namespace), { namespace: 'nothing' }],
    },
  ];
};

const skipping = (path: string): Candidate => {
  const pattern = `^${path.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`;
  return [`-c albSkipPath=${shellWord(pattern)}`, { albSkipPath: new RegExp(pattern) }];
};
