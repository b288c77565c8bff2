import { parseJson } from '../../lambdas/parse-json.ts';
import { HOURS_PER_MONTH } from '../../lib/prices.ts';
import type { MetricUsage } from './usage.ts';

/** Counts the data of metric-stream lines by account, namespace and name. */
export const metricTally = () => {
  const counts = new Map<string, { dimensions: Set<string>; data: number }>();
  return {
    add: (line: string): void => {
      const datum = parseJson(line) as Datum | undefined;
      if (datum?.value?.count === undefined) return;
      const { account_id: account = '', namespace = '', metric_name: name = '', dimensions } = datum;
      const key = JSON.stringify([account, namespace, name]);
      const count = counts.get(key) ?? { dimensions: new Set(), data: 0 };
      counts.set(key, count);
      count.dimensions.add(JSON.stringify(dimensions));
      count.data++;
    },
    /** @param spanMs the time that the lines are of */
    usage: (spanMs: number): readonly MetricUsage[] => {
      const entries = [...counts].map(([key, count]) => ({
        ...count,
        parts: JSON.parse(key) as [account: string, namespace: string, name: string],
      }));
      const accounts = new Set(entries.map(({ parts: [account] }) => account));
      return entries.map(({ parts: [account, namespace, name], dimensions, data }) => ({
        account: accounts.size > 1 ? account : undefined,
        namespace,
        name,
        metrics: dimensions.size,
        updates: (data * HOURS_PER_MONTH * 3_600_000) / spanMs,
      }));
    },
  };
};

/** A datum as the stream writes it, one per line. */
interface Datum {
  readonly account_id?: string;
  readonly namespace?: string;
  readonly metric_name?: string;
  readonly dimensions?: object;
  readonly value?: { readonly count?: number };
}

/** Different paths that are counted; a log with more has ids in its paths. */
const MOST_PATHS = 10_000;

/** A path is worth a filter from this share of all requests on. */
const FREQUENT = 0.05;

/** The path of a request line, `"GET https://example.com:443/health?x HTTP/1.1"`. */
const PATH = /"\S+ \w+:\/\/[^/\s"]*(\/[^\s?"]*)/;

/** Counts the paths of requests. */
export const pathTally = () => {
  const counts = new Map<string, number>();
  let lines = 0;
  return {
    add: (line: string): void => {
      lines++;
      const path = PATH.exec(line)?.[1];
      if (path === undefined || (counts.size >= MOST_PATHS && !counts.has(path))) return;
      counts.set(path, (counts.get(path) ?? 0) + 1);
    },
    /** The most frequent path, if many requests are for it. */
    frequent: (): string | undefined => {
      const [path, count] = [...counts].toSorted(([, one], [, other]) => other - one)[0] ?? ['', 0];
      return count > 0 && count >= FREQUENT * lines ? path : undefined;
    },
  };
};
