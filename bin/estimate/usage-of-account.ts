import type { StackSettings } from '../../lib/settings.ts';
import { awsClients, environmentRegion } from '../shared/aws-clients.ts';
import type { StatusLine } from '../shared/status-line.ts';
import { LINE_COUNTERS } from './line-counters.ts';
import { type BalancerLines, DAYS_COUNTED, readBalancerLines } from './read-load-balancers.ts';
import { HOURS_COUNTED, listMetrics, readUpdates } from './read-metrics.ts';
import { logLineBytes, metricPointBytes } from './sample-bytes.ts';
import type { LogUsage, MetricUsage, Usage } from './usage.ts';

/** More tries than elsewhere, since an account may have hundreds of pages; the SDK slows down when AWS throttles. */
const RETRY = { retryMode: 'adaptive', maxAttempts: 10 } as const;

/** Usage of the account and regions that the settings are for, as AWS's own figures have it. Nothing is changed. */
export const usageOfAccount = async (
  settings: StackSettings,
  mostMetrics: number,
  now: number,
  status: StatusLine,
): Promise<Usage> => {
  const metrics: MetricUsage[] = [];
  const logs: LogUsage[] = [];
  let [listed, counted] = [0, 0];
  for (const region of settings.regions ?? [environmentRegion()]) {
    const clients = awsClients(region, RETRY);
    // Names are shown only where there are several.
    const shown = settings.regions === undefined ? undefined : region;
    const where = region === undefined ? '' : ` in ${region}`;
    if (settings.metrics) {
      status.show(`listing metrics${where}`);
      const all = await listMetrics(clients.cloudWatch, settings.metricLinkedAccounts, (count) =>
        status.show(`listing metrics${where}: ${count}`),
      );
      const some = Math.min(all.length, mostMetrics);
      status.show(`counting data points of ${some} metrics${where}`);
      const found = await readUpdates(clients.cloudWatch, all, {
        most: mostMetrics,
        now,
        onRead: (count) => status.show(`counting data points${where}: ${count} of ${some} metrics`),
      });
      metrics.push(...found.map((metric) => ({ ...metric, region: shown })));
      listed += all.length;
      counted += some;
    }
    if (settings.albLogs) {
      status.show(`reading load balancers${where}`);
      const arns = settings.albArns?.filter((arn) => region === undefined || arn.split(':')[3] === region);
      const { loadBalancing, cloudWatch } = clients;
      const lines = await readBalancerLines(loadBalancing, cloudWatch, settings.logKinds, arns, now);
      logs.push(...(await Promise.all(lines.map(async (one) => balancerUsage(one, shown, settings)))));
    }
  }
  status.show('encoding sample lines');
  return {
    metrics,
    logs,
    pointBytes: metricPointBytes,
    assumptions: assumptions(settings, { listed, counted, logs: logs.length }),
  };
};

/** Usage of a log from its lines, and from the bytes of sample lines. */
export const balancerUsage = async (
  { name, kind, lines, failed, objects }: BalancerLines,
  region: string | undefined,
  settings: StackSettings,
): Promise<LogUsage> => {
  const { written, stored } = await logLineBytes(kind, settings);
  return {
    region,
    name,
    kind,
    lines,
    objects,
    written: lines * written,
    stored: lines * stored,
    sent: async (settings) => {
      const records = failed + (lines - failed) * settings.albSampleRate;
      return { records, bytes: records * (await logLineBytes(kind, settings)).sent };
    },
  };
};

const assumptions = (
  settings: StackSettings,
  { listed, counted, logs }: { readonly listed: number; readonly counted: number; readonly logs: number },
): readonly string[] => [
  ...(settings.metrics ? metricAssumptions(listed, counted) : []),
  ...(settings.albLogs ? logAssumptions(settings, logs) : []),
  'Bytes: those of sample lines, encoded and compressed under these settings.',
];

const metricAssumptions = (listed: number, counted: number): readonly string[] => {
  if (listed === 0)
    return [`Metrics: none reported in the last ${HOURS_COUNTED} hours; AWS_REGION sets the region.`];
  const all = `Metrics: those that reported in the last ${HOURS_COUNTED} hours go on as often as then.`;
  return counted < listed
    ? [
        all,
        `Data points were counted for ${counted} of ${listed} metrics; the others report as often as those of the same name.`,
      ]
    : [all];
};

const logAssumptions = (
  {
    logKinds,
    albArns,
    albSkipPath,
    albSkipStatus,
    albSkipUserAgent,
    albSampleRate,
    albSampleSlowerThan,
  }: StackSettings,
  logs: number,
): readonly string[] => {
  const counted = logKinds.filter((kind) => LINE_COUNTERS[kind] !== undefined);
  const whose = albArns === undefined ? 'every load balancer of the region' : 'each of those in albArns';
  return [
    ...(counted.length > 0 && logs === 0
      ? [`Logs: there is no load balancer that could write ${counted.join(' or ')}.`]
      : []),
    ...(logs > 0
      ? [
          `Logs: requests of the last ${DAYS_COUNTED} days, refused ones included; ${whose} delivers its logs.`,
        ]
      : []),
    ...(logs > 0 && logKinds.includes('alb-connection')
      ? ['Connection logs: at most, since their metric counts connections to targets too.']
      : []),
    ...logKinds
      .filter((kind) => LINE_COUNTERS[kind] === undefined)
      .map((kind) => `${kind}: no metric of AWS counts its lines; --from-files counts those of files.`),
    ...(albSkipPath !== undefined || albSkipUserAgent !== undefined || albSkipStatus.length > 0
      ? [
          'What albSkipPath, albSkipStatus and albSkipUserAgent leave out is not taken off; --from-files does.',
        ]
      : []),
    ...(albSampleRate < 1 && albSampleSlowerThan < Infinity
      ? ['The slow requests that albSampleSlowerThan keeps are not added; --from-files does.']
      : []),
  ];
};
