import { PRICE_LIST, PRICES_DATE, PRICES_REGION } from '../lib/prices.ts';
import { billOf } from './estimate/bill.ts';
import { leversOf } from './estimate/levers.ts';
import { readPrices } from './estimate/prices-file.ts';
import { billText } from './estimate/report.ts';
import { usageOfAccount } from './estimate/usage-of-account.ts';
import { usageOfFiles } from './estimate/usage-of-files.ts';
import { type Command, countOf, readContext, run, type Values } from './shared/command-line.ts';
import { createStatusLine } from './shared/status-line.ts';

const MOST_METRICS = 5_000;

const COMMAND = {
  name: 'estimate',
  summary: `Prints next month's bill of AWS and of Scout for the settings of cdk.json and -c, before anything is deployed, and
what other settings would save. It only reads, and changes nothing.`,
  options: {
    'from-files': {
      type: 'string',
      value: 'FOLDER',
      help: 'counts the log and metric objects of a folder instead of asking AWS',
    },
    prices: {
      type: 'string',
      value: 'FILE',
      help: `JSON with other prices in dollars, such as {"perGbOut": 0.05}; names are those of lib/prices.ts`,
    },
    'most-metrics': {
      type: 'string',
      value: 'N',
      default: `${MOST_METRICS}`,
      help: `metrics whose data points are counted, at $${PRICE_LIST.perThousandMetricsRead.dollars} per 1,000; the rest is estimated from these`,
    },
    json: { type: 'boolean', default: false, help: 'prints JSON, with each charge of each item' },
  },
  actions: [
    'cloudwatch:GetMetricData',
    'cloudwatch:ListMetrics',
    'elasticloadbalancing:DescribeLoadBalancers',
  ],
  failure: 'if the usage could not be read',
} as const satisfies Command;

/** Settings that a deploy needs and an estimate does not. */
const ANY_SCOUT = { scoutEndpoint: 'https://scout.invalid', scoutTokenUrl: 'https://scout.invalid/token' };

const main = async (options: Values<typeof COMMAND.options>): Promise<void> => {
  const prices = readPrices(options.prices);
  const mostMetrics = countOf('--most-metrics', options['most-metrics'], 1);
  const settings = readContext(options.context, COMMAND.name, ANY_SCOUT);
  const folder = options['from-files'];
  const status = createStatusLine();
  // Nothing was begun that has to be finished.
  process.once('SIGINT', () => {
    status.clear();
    console.error('stopped');
    process.exit(1);
  });
  try {
    const usage =
      folder === undefined
        ? await usageOfAccount(settings, mostMetrics, Date.now(), status)
        : await usageOfFiles(folder, settings, status);
    const bill = await billOf(usage, settings, prices);
    const levers = await leversOf(usage, settings, prices, bill);
    const { assumptions } = usage;
    const hints =
      folder === undefined && settings.albLogs && settings.albSkipPath === undefined
        ? ['albSkipPath: AWS does not count paths; --from-files FOLDER with some of the logs does.']
        : [];
    status.clear();
    console.log(
      options.json
        ? JSON.stringify(
            { ...bill, levers, assumptions, prices: { date: PRICES_DATE, region: PRICES_REGION, ...prices } },
            null,
            2,
          )
        : billText({ bill, levers, assumptions, hints }),
    );
  } finally {
    status.clear();
  }
};

await run(COMMAND, main);
