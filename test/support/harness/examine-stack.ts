import type { Finding } from '../../../bin/doctor/check.ts';
import { stackChecks } from '../../../bin/doctor/stack.ts';
import { contextOf, examine, QUEUES } from './examine.ts';

export const LOAD_BALANCER =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/0123456789abcdef';

/** The output that says how to turn on access logs. */
export const TURN_ON = 'aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes …';

export const STACK_OUTPUTS = {
  BucketName: 'ours',
  TurnOnAccessLogs: TURN_ON,
  ...Object.fromEntries(
    ['Metrics', 'Logs'].flatMap((name) => [
      [`${name}QueueUrl`, `${QUEUES}/${name}`],
      [`${name}DeadLetterQueueUrl`, `${QUEUES}/${name}-dead`],
      [`${name}FunctionName`, `forward-${name}`],
    ]),
  ),
};

/** The findings of those checks of a deployed stack whose names match. */
export const examineStack = async (
  pattern: RegExp,
  keys: Readonly<Record<string, unknown>> = {},
  loadBalancers: readonly string[] = [],
  outputs: Readonly<Record<string, string>> = STACK_OUTPUTS,
): Promise<Readonly<Record<string, Finding>>> => {
  const context = await contextOf(keys);
  const checks = stackChecks(context.settings, outputs, loadBalancers);
  return examine(
    checks.filter(({ name }) => pattern.test(name)),
    context,
  );
};
