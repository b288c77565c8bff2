import type { Pipeline } from '../../../lambdas/function-settings.ts';
import { totals } from '../account.ts';
import { hoursBetween, monthOf } from '../month.ts';
import type { Data } from './data.ts';
import type { Half } from './half.ts';
import type { PageLedger, PageResult } from './result.ts';
import { latencyByTargetGroup, namespacesOf, requestsByStatus } from './series.ts';

/** The page's view of a run of each pipeline. */
export const toResult = (
  { source, refused, hours: known }: Data,
  halves: readonly (Half & { readonly pipeline: Pipeline })[],
): PageResult => {
  const received = halves.map((half) => half.received);
  const hours =
    known ??
    hoursBetween(
      Math.min(...received.map(({ oldestMs }) => oldestMs)),
      Math.max(...received.map(({ newestMs }) => newestMs)),
    );
  const ledgers = halves.map(({ pipeline, run, received: { updates } }): PageLedger => {
    const { read, delivered, rejected, filtered, continued, requests, bytes } = totals(run.accounts);
    return {
      pipeline,
      read,
      delivered,
      rejected,
      filtered,
      continued,
      requests,
      bytes,
      ...(hours !== undefined && { month: monthOf(pipeline, { delivered, bytes }, updates, hours) }),
    };
  });
  const failed = halves.flatMap(({ run }) =>
    run.accounts.flatMap(({ input, failure, skipped, deadLetters }) =>
      [failure ?? skipped ?? [], deadLetters].flat().map((reason) => ({ source: input.source, reason })),
    ),
  );
  const requests = received.flatMap((one) => [...one.requests.values()]);
  return {
    source,
    hours,
    notForwarded: [...refused, ...failed],
    ledgers,
    lines: halves.flatMap(({ lines }) => lines),
    requests: requestsByStatus(requests),
    latency: latencyByTargetGroup(requests),
    namespaces: namespacesOf(
      received.flatMap((one) => [...one.metrics.values()]),
      hours,
    ),
  };
};
