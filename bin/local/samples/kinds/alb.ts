import { albLine } from '../alb-lines.ts';
import { LOAD_BALANCERS, type LoadBalancer } from '../alb-traffic.ts';
import type { Random } from '../random.ts';
import { balancerFolder, gzipLog, moments, type SampleLog } from './sample-log.ts';

/** Names of the record fields, in the order of the fields of the classic line. */
const RECORD_FIELDS = [
  'type',
  'time',
  'elb',
  'client_port',
  'target_port',
  'request_processing_time',
  'target_processing_time',
  'response_processing_time',
  'elb_status_code',
  'target_status_code',
  'received_bytes',
  'sent_bytes',
  'request_line',
  'user_agent',
  'ssl_cipher',
  'ssl_protocol',
  'target_group_arn',
  'trace_id',
  'domain_name',
  'chosen_cert_arn',
  'matched_rule_priority',
  'request_creation_time',
  'actions_executed',
  'redirect_url',
  'error_reason',
  'target_port_list',
  'target_status_code_list',
  'classification',
  'classification_reason',
  'conn_trace_id',
  'transformed_host',
  'transformed_uri',
  'request_transform_status',
  'ip_address',
] as const;

/**
 * An access log that CloudWatch Logs delivers as JSON ("vended"):
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-logs.html
 */
export const albLog = (random: Random, start: number): SampleLog => {
  const [, balancer] = LOAD_BALANCERS as [LoadBalancer, LoadBalancer];
  const hour = new Date(start).toISOString().slice(0, 13).replace('T', '-');
  return gzipLog(
    `${balancerFolder('logs/alb', start)}/${balancer.name}.${hour}.${random.hex(8)}.gz`,
    moments(start, 60).map((time) => vendedLine(albLine(random, balancer, time, RECORD_FIELDS.length))),
  );
};

/** The JSON record of the request that a classic line is about: every value is a text. */
export const vendedLine = (line: string): string => {
  const values = [...line.matchAll(/"([^"]*)"|\S+/g)].map(([token, quoted]) => quoted ?? token);
  return JSON.stringify(
    Object.fromEntries(RECORD_FIELDS.slice(0, values.length).map((name, index) => [name, values[index]])),
  );
};
