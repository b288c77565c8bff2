import { address, all, duration, either, int, text } from '../log-lines/field-writers.ts';
import type { LogSchema } from '../log-lines/schema.ts';
import { fieldText, isAbsent, type Line } from '../log-lines/line.ts';

/**
 * AWS's fields in their order, and the attributes that they become.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-health-check-logs.html
 */
const FIELDS = {
  type: 'aws.elb.type',
  // The record has it.
  time: () => all(),
  latency: () => duration('aws.elb.latency'),
  // An address and a port, or the ARN of a Lambda function.
  target_addr: () =>
    either(isArn, text('aws.elb.target.arn'), address('aws.elb.target.address', 'aws.elb.target.port')),
  target_group_id: 'aws.elb.target_group_id',
  status: 'aws.elb.status',
  // gRPC has statuses of its own, of which 12 is the usual one of a health check.
  status_code: () =>
    either(isGrpc, int('rpc.grpc.status_code', 0, 99), int('http.response.status_code', 100, 599)),
  reason_code: () => all(text('aws.elb.reason_code'), text('error.type')),
  elb: 'aws.elb.name',
  ip_address: 'aws.elb.ip_address',
} satisfies LogSchema['conventions'];

const NAMES = Object.keys(FIELDS);
const at = (field: keyof typeof FIELDS): number => NAMES.indexOf(field);
const TYPE = at('type');
const TARGET = at('target_addr');
const STATUS = at('status');

export const HEALTH_CHECK_LOG: LogSchema = {
  scope: 'aws.alb.health_check',
  fields: NAMES,
  least: at('reason_code') + 1,
  accepts: (line) => isAbsent(line, STATUS) || ['PASS', 'FAIL'].includes(fieldText(line, STATUS)),
  time: at('time'),
  severity: (line) => (fieldText(line, STATUS) === 'FAIL' ? 'WARN' : 'INFO'),
  resource: at('elb'),
  addresses: [],
  urls: [],
  conventions: FIELDS,
  attributes: 'aws.elb.',
};

const isArn = (line: Line): boolean => fieldText(line, TARGET).startsWith('arn:');

const isGrpc = (line: Line): boolean => fieldText(line, TYPE) === 'grpc';
