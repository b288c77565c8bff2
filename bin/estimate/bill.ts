import type { Prices } from '../../lib/prices.ts';
import type { StackSettings } from '../../lib/settings.ts';
import { fixedQuantities } from './fixed-costs.ts';
import { type Item, itemOf, type Sum } from './item.ts';
import { logQuantities } from './log-costs.ts';
import { isStreamed, namespaceCosts } from './metric-costs.ts';
import { sumBy } from './sum-by.ts';
import type { Usage } from './usage.ts';

export interface Bill extends Sum {
  /** Dearest first. */
  readonly items: readonly Item[];
}

/** The bill of a month for this usage under these settings. */
export const billOf = async (usage: Usage, settings: StackSettings, prices: Prices): Promise<Bill> => {
  const pointBytes = await usage.pointBytes(settings);
  const streamed = settings.metrics ? usage.metrics.filter(isStreamed(settings)) : [];
  const namespaces = Map.groupBy(streamed, ({ region = '', account = '', namespace }) =>
    [region, account, namespace].join(' '),
  );
  const items = [...namespaces.values()].map((metrics) => {
    const [{ region, account, namespace: name } = { namespace: '' }] = metrics;
    const { count, points, quantities } = namespaceCosts(metrics, pointBytes, settings);
    return itemOf(
      { scope: 'metrics', name, region, account, metrics: count, records: points },
      quantities,
      prices,
    );
  });
  if (settings.albLogs) {
    for (const log of usage.logs.filter(({ kind }) => settings.logKinds.includes(kind))) {
      const { region, name, kind } = log;
      const sent = await log.sent(settings);
      const quantities = logQuantities(log, sent, settings);
      items.push(itemOf({ scope: 'logs', name, region, kind, records: sent.records }, quantities, prices));
    }
  }
  for (const { name, region, quantities } of fixedQuantities(usage, streamed, pointBytes, settings))
    items.push(itemOf({ scope: 'fixed', name, region, records: 0 }, quantities, prices));
  return {
    items: items
      .filter(({ charges }) => charges.length > 0)
      .toSorted((one, other) => other.dollars - one.dollars),
    aws: sumBy(items, ({ aws }) => aws),
    scout: sumBy(items, ({ scout }) => scout),
    dollars: sumBy(items, ({ dollars }) => dollars),
  };
};
