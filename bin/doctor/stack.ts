import type { StackSettings } from '../../lib/settings.ts';
import type { StackOutputs } from '../../lib/stack-outputs.ts';
import { accessLogChecks } from './access-logs.ts';
import { type Check, fail, ok, skip } from './check.ts';
import { eventSource, functionErrors } from './function.ts';
import { metricStreamChecks } from './metric-stream.ts';
import { notifications } from './notifications.ts';
import { deployedPipelines } from './pipelines.ts';
import { deadLetters, delivered, queue } from './queue.ts';

/** Whether there is a stack to look at; none yet is no fault. */
export const STACK_CHECK: Check = {
  name: 'stack',
  actions: ['cloudformation:DescribeStacks'],
  run: async ({ outputs, stackName, region }) => {
    const found = await outputs();
    if (found === undefined)
      return skip(`there is no ${stackName} in ${region} yet; what it runs is checked when it is deployed`);
    return found['BucketName'] === undefined
      ? fail(
          `${stackName} has no outputs: its deploy did not finish`,
          'its events in CloudFormation say why; then npx cdk deploy',
        )
      : ok(`${stackName} is deployed`);
  },
};

/** What a deployed stack runs, from the sources on. */
export const stackChecks = (
  settings: StackSettings,
  outputs: StackOutputs,
  loadBalancers: readonly string[],
): readonly Check[] => {
  const pipelines = deployedPipelines(settings, outputs);
  return [
    ...metricStreamChecks(outputs),
    ...accessLogChecks(settings, outputs, loadBalancers),
    ...pipelines.flatMap((pipeline) =>
      [notifications, eventSource, functionErrors, queue, deadLetters, delivered].map((check) =>
        check(pipeline),
      ),
    ),
  ];
};
