import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { FUNCTION_SETTINGS } from '../../lambdas/function-settings.ts';
import { connect } from '../../lambdas/forwarding/connect.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import { logFormats } from '../../lambdas/log-lines/log-formats.ts';
import { metricStreamFormat } from '../../lambdas/metric-stream/format.ts';
import { startObjectStore } from '../../bin/local/emulators/object-store.ts';
import { startScout } from '../../bin/local/emulators/scout.ts';
import { BUCKET, createForwarder } from '../support/harness/forwarder.ts';
import { newReadRecorder } from '../support/harness/recorded-reads.ts';

const { read, record } = await vi.hoisted(async () =>
  (await import('../support/harness/recorded-reads.ts')).newReadRecorder(),
);
vi.mock(import('../../lambdas/function-settings.ts'), async (importOriginal) => {
  const original = await importOriginal();
  return {
    ...original,
    readFunctionSettings: (...args) => record(original.readFunctionSettings(...args)),
  };
});

describe('recorded reads', () => {
  test('hold what was read, and neither what was not nor what was copied', () => {
    const recorder = newReadRecorder();
    const settings = recorder.record({
      scout: { url: 'a', token: 'b', unused: 'c' },
      queue: 'd',
      other: 'e',
    });
    const { url } = settings.scout;
    const copy = { ...settings, scout: { ...settings.scout, url } };
    expect([copy.scout.token, settings.queue]).toEqual(['b', 'd']);
    expect([...recorder.read]).toEqual(['scout', 'scout.url', 'queue']);
  });
});

const LINE = `http 2026-01-01T00:00:00.000000Z app/web/0123456789abcdef 192.0.2.1:1 192.0.2.2:80 0.001 0.002 0.000 200 200 34 366 "GET http://example.com:80/?a=1 HTTP/1.1" "curl/8" - - arn "Root=1-0-0"\n`;
const DATUM = `{"metric_stream_name":"s","account_id":"123456789012","region":"eu-west-1","namespace":"AWS/EC2","metric_name":"CPU","dimensions":{"InstanceId":"i"},"timestamp":1767225600000,"value":{"max":1,"min":0,"sum":1,"count":2},"unit":"Percent"}\nbad\n`;

describe('the settings of the functions', () => {
  beforeAll(async () => {
    const [scout, store] = await Promise.all([startScout(), startObjectStore()]);
    const environment = { ...scout.environment, SOURCE_BUCKET: BUCKET, DELETE_PROCESSED_FILES: 'true' };
    const logs = createForwarder({
      store,
      environment,
      formats: (settings) => logFormats(LOG_KINDS, settings),
    });
    const metrics = createForwarder({
      store,
      environment,
      formats: (settings) => () => metricStreamFormat(settings),
    });
    await logs.receive(logs.put('alb/1.log.gz', gzipSync(LINE)));
    await logs.receive(logs.put('alb/2.log.gz', gzipSync(LINE).subarray(0, -9)));
    await logs.invoke({ prefix: 'alb/' });
    await metrics.receive(metrics.put('metrics/1.gz', gzipSync(DATUM)));
    connect('logs', environment);
    await Promise.all([scout.close(), store.close()]);
  });

  const paths = Object.entries(FUNCTION_SETTINGS).flatMap(([name, node]) =>
    'env' in node ? [name] : Object.keys(node).map((key) => `${name}.${key}`),
  );
  // Read by readFunctionSettings, as another name for a kind.
  test.each(paths.filter((path) => path !== 'albConnectionLogs'))(
    '%s is read by what the functions do',
    (path) => {
      expect([...read]).toContain(path);
    },
  );
});
