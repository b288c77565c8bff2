import type { ResourceSettings } from '../function-settings.ts';
import type { ByAccount } from '../setting-parsers.ts';
import type { Tags } from '../format.ts';
import type { Attributes } from './common.ts';

/** Where records come from, as far as it is known; an empty text is left out when it is encoded. */
export interface AwsSource {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  /** An ARN. */
  readonly resourceId?: string | undefined;
  readonly tags?: Tags | undefined;
}

/**
 * A resource's attributes. The environment has three names because Scout's UI, its CLI and OpenTelemetry's
 * conventions (https://opentelemetry.io/docs/specs/semconv/resource/deployment-environment/) each read another one.
 */
export const resourceAttributes = (
  { environment: environments, attributes }: Omit<ResourceSettings, 'serviceName'>,
  { account = '', region = '', resourceId = '', tags = {} }: AwsSource,
  serviceName: string,
): Attributes => {
  const environment = environmentOf(environments, account);
  return {
    'service.name': serviceName,
    'cloud.provider': 'aws',
    'cloud.account.id': account,
    'cloud.region': region,
    'cloud.resource_id': resourceId,
    environment,
    'deployment.environment': environment,
    'deployment.environment.name': environment,
    ...tagAttributes(tags),
    ...attributes,
  };
};

export const tagAttributes = (tags: Tags): Attributes =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws.tag.${key}`, value]));

/** The environment of an account; `default` for an account that is unknown or not listed. */
const environmentOf = (environments: ByAccount, account: string): string => {
  if (typeof environments === 'string') return environments;
  return (Object.hasOwn(environments, account) ? environments[account] : undefined) ?? environments.default;
};
