import { readFunctionSettings } from '../../lambdas/function-settings.ts';
import { functionEnvironment } from '../../lib/settings.ts';
import { type Finding, fail, ok, skip, warn } from './check.ts';
import type { Context } from './context.ts';

export const checkSettings = ({ settings }: Context): Finding => {
  if (settings.metrics) readFunctionSettings(functionEnvironment(settings, 'metrics'));
  if (settings.albLogs) readFunctionSettings(functionEnvironment(settings, 'logs'));
  return ok(`complete, for Scout at ${settings.scoutEndpoint}`);
};

export const checkSecret = async ({ scout, settings, region }: Context): Promise<Finding> => {
  const { scoutSecretName: name } = settings;
  try {
    await scout.credentials();
    return ok(`${name} holds clientId and clientSecret`);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'ResourceNotFoundException')
      return fail(
        `secret ${name} does not exist in ${region}`,
        secretCommand('create-secret --name', name, region),
      );
    // An error of AWS has its own remedy.
    if ('$metadata' in error || error.name !== 'Error') throw error;
    return fail(error.message, secretCommand('put-secret-value --secret-id', name, region));
  }
};

const secretCommand = (command: string, name: string, region: string | undefined): string =>
  `aws secretsmanager ${command} ${name} --region ${region} --secret-string '{"clientId":"…","clientSecret":"…"}'`;

/** Whether there is a stack, and how its last deploy ended. None yet is not a fault. */
export const checkStack = async ({ stack, stackName, region }: Context): Promise<Finding> => {
  const found = await stack();
  if (found === undefined)
    return skip(`${stackName} is not deployed in ${region} yet; deploy it to check the rest`);
  const { status, outputs } = found;
  const events = `aws cloudformation describe-stack-events --stack-name ${stackName} --region ${region}`;
  if (outputs.BucketName === undefined)
    return fail(`it has no outputs: its deploy did not finish (${status})`, `${events}; then npx cdk deploy`);
  if (/ROLLBACK|FAILED/.test(status))
    return warn(
      `the last deploy failed: ${status}`,
      `it runs as before that deploy, if the rollback was complete. ${events} names the cause; then npx cdk deploy`,
    );
  if (/IN_PROGRESS/.test(status))
    return warn(
      `the stack is being changed: ${status}`,
      `wait until it is done, then run the doctor again. ${events} shows how far it is`,
    );
  return ok(`${stackName} is deployed (${status})`);
};
