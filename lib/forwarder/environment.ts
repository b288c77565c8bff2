import { Token } from 'aws-cdk-lib';
import { readFunctionSettings, type Variable } from '../../lambdas/function-settings.ts';

/** Variables that the construct sets itself. */
type OwnVariable =
  | `SCOUT_${'ENDPOINT' | 'TOKEN_URL' | 'SECRET_NAME' | 'CLIENT_ID' | 'CLIENT_SECRET'}`
  | `REJECTED_${'BUCKET' | 'PREFIX'}`
  | 'QUEUE_URL'
  | 'DEAD_LETTER_QUEUE_URL'
  | 'SOURCE_BUCKET'
  | 'LOG_KINDS'
  | 'ALB_CONNECTION_LOGS'
  | 'DELETE_PROCESSED_FILES';

/** Settings of a forwarding function, by environment variable; docs/settings.md lists their values. */
export type FunctionEnvironment = { readonly [name in Exclude<Variable, OwnVariable>]?: string };

/**
 * The variables, if the function can read them. Values that only the deploy knows are not checked.
 * @throws Error naming every wrong variable
 */
export const checkEnvironment = (variables: Readonly<Record<string, string>>): Record<string, string> => {
  const known = Object.entries(variables).map(([name, value]) => [
    name,
    Token.isUnresolved(value) ? UNKNOWN[name] : value,
  ]);
  readFunctionSettings(Object.fromEntries(known));
  return { ...variables };
};

/** Right values for the variables that must be there. */
const UNKNOWN: Readonly<Record<string, string>> = {
  SCOUT_ENDPOINT: 'https://scout.invalid',
  SCOUT_TOKEN_URL: 'https://scout.invalid',
  SCOUT_SECRET_NAME: 'unknown',
};
