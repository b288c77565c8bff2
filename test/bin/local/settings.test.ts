import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { misspelt, settingsFrom } from '../../../bin/local/settings.ts';

test('settings are those of cdk.json, over them the environment, over them -c', () => {
  const project = { albBody: 'line', albAttributes: 'semconv', albSkipStatus: ['301', '4xx'] };
  const settings = settingsFrom(
    project,
    { LOG_BODY: 'none', ALB_ATTRIBUTES: 'both' },
    { logAttributes: 'aws' },
  );
  expect(settings('logs')).toEqual({ ALB_BODY: 'none', ALB_ATTRIBUTES: 'aws', ALB_SKIP_STATUS: '301,4xx' });
});

test('each pipeline has its own name of the service', () => {
  const settings = settingsFrom({ albServiceName: 'web', metricServiceName: 'cloudwatch' }, {}, {});
  expect(settings('logs')).toEqual({ SCOUT_SERVICE_NAME: 'web' });
  expect(settings('metrics')).toEqual({ SCOUT_SERVICE_NAME: 'cloudwatch' });
});

test('the Scout of a deploy, as README sets it in cdk.json, is not where npm start sends', () => {
  const [, json = ''] = /```json\s([^`]*"context"[^`]*)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
  const { context } = JSON.parse(json) as { readonly context: Readonly<Record<string, unknown>> };
  expect(Object.keys(context)).toContain('scoutEndpoint');
  const environment = { SCOUT_ENDPOINT: 'https://otel.example.com', SCOUT_HEADERS: '{"x-key":"sesame"}' };
  const settings = settingsFrom({ ...context, scoutHeaders: '{"x-key":"sesame"}' }, environment, {});
  expect(settings('logs')).toEqual({});
});

test('a variable that is a typo or two away from a setting is pointed out, another is not', () => {
  expect(misspelt(['ALB_BODDY', 'METRIC_UNIT', 'ALB_BODY', 'LOG_LEVEL', 'PATH'])).toEqual([
    ['ALB_BODDY', 'ALB_BODY'],
    ['METRIC_UNIT', 'METRIC_UNITS'],
  ]);
});
