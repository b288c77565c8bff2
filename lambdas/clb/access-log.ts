import { address, all, duration, either, int } from '../log-lines/field-writers.ts';
import { request, responseStatus } from '../log-lines/http-fields.ts';
import type { LogSchema } from '../log-lines/schema.ts';
import { statusSeverity } from '../log-lines/status.ts';
import { tlsProtocol } from '../log-lines/tls-fields.ts';
import { fieldText, type Line } from '../log-lines/line.ts';

/**
 * AWS's fields in their order, and the attributes that they become.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html#access-log-entry-format
 */
const FIELDS = {
  // The record has it.
  time: () => all(),
  elb: 'aws.elb.name',
  'client:port': () => address('client.address', 'client.port'),
  'backend:port': () => address('aws.elb.backend.address', 'aws.elb.backend.port'),
  request_processing_time: () => duration('aws.elb.request_processing_time'),
  backend_processing_time: () => duration('aws.elb.backend_processing_time'),
  response_processing_time: () => duration('aws.elb.response_processing_time'),
  elb_status_code: () => responseStatus(),
  backend_status_code: () => int('aws.elb.backend.status.code', 100, 599),
  received_bytes: () => either(isTcp, int('aws.elb.received_bytes', 0), int('http.request.size', 0)),
  sent_bytes: () => either(isTcp, int('aws.elb.sent_bytes', 0), int('http.response.size', 0)),
  request: () => either(isTcp, all(), request()),
  user_agent: 'user_agent.original',
  ssl_cipher: 'tls.cipher',
  ssl_protocol: () => tlsProtocol(),
} satisfies LogSchema['conventions'];

const NAMES = Object.keys(FIELDS);
const at = (field: keyof typeof FIELDS): number => NAMES.indexOf(field);
const CLIENT = at('client:port');
const STATUS = at('elb_status_code');
const REQUEST = at('request');
const DURATIONS = [
  at('request_processing_time'),
  at('backend_processing_time'),
  at('response_processing_time'),
];

export const CLB_ACCESS_LOG: LogSchema = {
  scope: 'aws.clb',
  fields: NAMES,
  // Lines before May 2015 end there.
  least: REQUEST + 1,
  // An ALB's connection log also begins with its time; its third field is only a port.
  accepts: (line) =>
    HOST_AND_PORT.test(fieldText(line, CLIENT)) &&
    DURATIONS.every((field) => DURATION.test(fieldText(line, field))),
  time: at('time'),
  severity: (line) => (isTcp(line) ? 'INFO' : statusSeverity(line, STATUS)),
  addresses: [{ field: CLIENT, hasPort: true }],
  request: REQUEST,
  urls: [],
  status: STATUS,
  userAgent: at('user_agent'),
  durations: DURATIONS,
  conventions: FIELDS,
  attributes: 'aws.elb.',
};

const HOST_AND_PORT = /^.+:\d+$/;
const DURATION = /^-?\d+(?:\.\d+)?$/;

/** Listeners of TCP and SSL have no requests: no status, and `- - - ` in place of one. */
const isTcp = (line: Line): boolean =>
  fieldText(line, STATUS) === '-' && /^[- ]*$/.test(fieldText(line, REQUEST));
