import { expect, test } from 'vitest';
import { sourceOf } from '../../../lambdas/log-lines/log-kind.ts';
import { kindWith, schemaWith } from '../../support/factories/log-schema.ts';

const [ACCOUNT, REGION] = ['123456789012', 'eu-west-1'];

test.each([
  [
    'a/tide_123456789012_eu-west-1_1.log',
    'pier',
    { account: ACCOUNT, region: REGION, resourceId: `${ACCOUNT} ${REGION} none` },
  ],
  [
    'AWSLogs/123456789012/tides/eu-west-1/1.log',
    'pier',
    { account: ACCOUNT, region: REGION, resourceId: `${ACCOUNT} ${REGION} pier` },
  ],
  ['AWSLogs/123456789012/tides/eu-west-1/1.log', undefined, { account: ACCOUNT, region: REGION }],
  ['AWSLogs/123456789012/tides/eu-west-1/1.log', '', { account: ACCOUNT, region: REGION }],
  ['AWSLogs/123456789012/tides/eu-west-1/1.log', '-', { account: ACCOUNT, region: REGION }],
  ['AWSLogs/123456789012/tides/1.log', 'pier', { account: ACCOUNT }],
  ['tides/eu-west-1/1.log', 'pier', { region: REGION }],
  ['1.log', 'pier', {}],
])('the source of %s with the resource %s is %j', (key, resource, source) => {
  expect(sourceOf(kindWith(schemaWith(['time'])), key, resource)).toEqual(source);
});
