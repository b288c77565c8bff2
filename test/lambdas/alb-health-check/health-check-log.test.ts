import { describe, expect, test } from 'vitest';
import { attributesIn, lineWith } from '../../support/factories/alb-records.ts';
import { recordsOfKind } from '../../support/factories/log-kind-records.ts';

const { record, recordAfter, records, semconv } = recordsOfKind('alb-health-check');

const FIELDS = {
  type: 'http',
  time: '2026-01-31T23:59:58.123456Z',
  latency: '0.019584011',
  target_addr: '10.0.3.14:8080',
  target_group_id: 'basket',
  status: 'PASS',
  status_code: '200',
  reason_code: '-',
  elb: 'app/shop/0123456789abcdef',
  ip_address: '10.0.1.7',
};
const lineOf = (fields: Readonly<Record<string, string>> = {}, count = 10): string =>
  Object.values({ ...FIELDS, ...fields })
    .slice(0, count)
    .join(' ');

describe('a line of the health check log', () => {
  test.each([8, 10])('of %i fields has each in body and attributes', (count) => {
    const { reason_code, ...present } = Object.fromEntries(Object.entries(FIELDS).slice(0, count));
    const read = record(lineOf({}, count));
    expect(JSON.parse(read.body?.stringValue ?? '')).toEqual({ ...present, reason_code });
    expect(attributesIn(read)).toEqual(present);
    expect(read).toMatchObject({ timeUnixNano: '1769903998123456000', severityText: 'INFO' });
  });

  test('has attributes of the semantic conventions', () => {
    expect(semconv(lineOf())).toEqual({
      'aws.elb.type': 'http',
      'aws.elb.latency': 0.019584011,
      'aws.elb.target.address': '10.0.3.14',
      'aws.elb.target.port': 8080n,
      'aws.elb.target_group_id': 'basket',
      'aws.elb.status': 'PASS',
      'http.response.status_code': 200n,
      'aws.elb.name': 'app/shop/0123456789abcdef',
      'aws.elb.ip_address': '10.0.1.7',
    });
  });

  test('warns of a check that failed', () => {
    const failed = lineOf({ status: 'FAIL', status_code: '-', latency: '-', reason_code: 'TimedOut' });
    expect(record(failed).severityText).toBe('WARN');
    expect(semconv(failed)).toMatchObject({ 'error.type': 'TimedOut', 'aws.elb.reason_code': 'TimedOut' });
    expect(semconv(failed)).not.toHaveProperty('aws.elb.latency');
    const [kept] = records(`${lineOf()}\n${failed}`, { ALB_SAMPLE_RATE: '0' });
    expect(kept?.severityText).toBe('WARN');
  });

  test('may have a Lambda function as its target, an IPv6 address, or a status of gRPC', () => {
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:shop';
    const target = semconv(lineOf({ type: 'lambda', target_addr: arn }));
    expect(target).toMatchObject({ 'aws.elb.target.arn': arn });
    expect(target).not.toHaveProperty('aws.elb.target.address');
    expect(semconv(lineOf({ target_addr: '2001:db8::14:8080' }))).toMatchObject({
      'aws.elb.target.address': '2001:db8::14',
      'aws.elb.target.port': 8080n,
    });
    const grpc = semconv(lineOf({ type: 'grpc', status_code: '12' }));
    expect(grpc).toMatchObject({ 'rpc.grpc.status_code': 12n });
    expect(grpc).not.toHaveProperty('http.response.status_code');
  });

  test.each([
    ['too few fields', lineOf({}, 7)],
    ['another status', lineOf({ status: 'MAYBE' })],
    ['no time', lineOf({ time: '-' })],
    ['an access log', lineWith()],
    ['prose', 'The check of this target did PASS I think'],
  ])('that is not one (%s) is sent as it is, with a warning', (_, text) => {
    const read = recordAfter(lineOf(), text);
    expect(read.body?.stringValue).toBe(text);
    expect(read.severityText).toBe('WARN');
    expect(attributesIn(read)).toEqual({ 'error.type': 'unparsable_line' });
  });
});

test('an object without a line of the health check log is refused', () => {
  expect(() => records(lineWith())).toThrow('none of its first lines is a line of alb-health-check');
});

test('vended health checks have the attributes of the line', () => {
  expect(attributesIn(record(JSON.stringify(FIELDS)))).toEqual(attributesIn(record(lineOf())));
});
