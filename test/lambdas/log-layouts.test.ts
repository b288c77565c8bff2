import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { attributesOf, decodeLogs, logRecordsOf } from '../../bin/local/emulators/scout/otlp.ts';
import { KIND_SAMPLES } from '../../bin/local/samples/kinds.ts';
import { random } from '../../bin/local/samples/random.ts';
import type { Format } from '../../lambdas/format.ts';
import { LOG_KIND_NAMES } from '../../lambdas/function-settings.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import { logFormats } from '../../lambdas/log-lines/log-formats.ts';
import { settingsWith } from '../support/factories/alb-records.ts';
import { encodeObject } from '../support/factories/log-objects.ts';

const START = Date.UTC(2026, 0, 31, 12);
const SAMPLES = LOG_KIND_NAMES.map((kind) => {
  const { key, body } = KIND_SAMPLES[kind](random(1), START);
  return { kind, key, text: body[0] === 0x1f ? gunzipSync(body) : body };
});

/** What becomes of the name of an object in buckets that are arranged in other ways than ours. */
const LAYOUTS: readonly (readonly [string, (name: string) => string])[] = [
  ["AWS's own, without a prefix", (name) => `AWSLogs/123456789012/service/us-east-1/2026/01/31/${name}`],
  ['with a folder for the hour', (name) => `AWSLogs/123456789012/service/us-east-1/2026/01/31/12/${name}`],
  [
    "Hive's",
    (name) =>
      `a/AWSLogs/aws-account-id=123456789012/aws-service=service/aws-region=us-east-1/year=2026/month=01/day=31/hour=12/${name}`,
  ],
  ["an organization's", (name) => `AWSLogs/o-a1b2c3d4e5/123456789012/service/us-east-1/2026/01/31/${name}`],
  ["a prefix that replaces AWS's folders", (name) => `prod/edge/us-east-1/2026/01/31/${name}`],
  ['no folder', (name) => name],
  ['copies under names of their own', (name) => `copies/1${name.replace(/^.*?(?=\.(?:log|gz))/, '')}`],
];

const formatFor = (key: string, kinds: readonly string[]): Format => {
  const format = logFormats(LOG_KINDS, settingsWith({ LOG_KINDS: kinds.join(',') }))(key, 1000);
  if ('skip' in format) throw new Error(format.skip);
  return format;
};

describe.each(SAMPLES)('logs of the kind $kind in an existing bucket', ({ kind, key, text }) => {
  const name = key.slice(key.lastIndexOf('/') + 1);
  const { scope, serviceName } = { ...LOG_KINDS[kind].schema, ...LOG_KINDS[kind] };

  test.each(LAYOUTS)('are read as such, whatever else is turned on: %s', (_, keyOf) => {
    const object = { bucket: 'theirs', key: keyOf(name) };
    const { request } = encodeObject(formatFor(object.key, LOG_KIND_NAMES), text, object);
    const records = logRecordsOf(decodeLogs(request));
    expect(records.length).toBeGreaterThan(50);
    expect(new Set(records.map(({ scope }) => scope?.name))).toEqual(new Set([scope]));
    expect(new Set(records.map(({ resource }) => resource['service.name']))).toEqual(new Set([serviceName]));
    expect(records.filter(({ record }) => attributesOf(record.attributes)['error.type'])).toEqual([]);
  });
});
