import type { LogKindName } from '../lambdas/function-settings.ts';
import { LOG_KINDS } from '../lambdas/log-kinds.ts';
import type { LogDelivery, LogKind } from '../lambdas/log-lines/log-kind.ts';

/** The type of load balancer that an ARN names: `app` or `net`. */
export const typeInArn = (arn: string): string | undefined => arn.split('/')[1];

/** Whether attributes of a load balancer of this type turn the log on. */
export const writes = (type: string | undefined, { loadBalancer }: LogDelivery): boolean =>
  loadBalancer?.type === type;

/** A sentence for a load balancer that writes none of these kinds, none for another. */
export const withoutLog = (
  arn: string,
  type: string | undefined,
  kinds: readonly LogKindName[],
): readonly string[] => {
  if (kinds.some((kind) => writes(type, LOG_KINDS[kind].delivery))) return [];
  const written = Object.entries<LogKind>(LOG_KINDS).filter(([, { delivery }]) => writes(type, delivery));
  const names = written.map(([name]) => name).join(', ');
  return [`${arn} writes none of the logs of logKinds, which are ${kinds.join(', ')}; it can write ${names}`];
};
