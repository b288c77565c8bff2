import { expect, test } from 'vitest';
import { resourceAttributes } from '../../../lambdas/otlp/resource.ts';

const BY_ACCOUNT = { '123456789012': 'staging', default: 'production' };

test.each([
  ['a text holds for every account', 'test', '123456789012', 'test'],
  ['an account that is listed has its own', BY_ACCOUNT, '123456789012', 'staging'],
  ['another account has the default', BY_ACCOUNT, '210987654321', 'production'],
  ['an unknown account has the default', BY_ACCOUNT, undefined, 'production'],
  ['an account id that is not one has the default', BY_ACCOUNT, 'constructor', 'production'],
])('the environment of a resource: %s', (_, environment, account, expected) => {
  const attributes = resourceAttributes({ environment, attributes: {} }, { account }, 'alb');
  expect(attributes).toMatchObject({
    environment: expected,
    'deployment.environment': expected,
    'deployment.environment.name': expected,
  });
});
