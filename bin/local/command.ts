import type { Command } from '../shared/command-line.ts';
import { KIND_NAMES } from './kinds.ts';

/** The command line of `npm start`. */
export const START = {
  name: 'start',
  summary: `Forwards logs and metric-stream JSON, gzip or not, through the deployed functions, on this machine and without AWS,
and prints what Scout got. Settings are those of cdk.json, over them the environment's (ALB_BODY, METRIC_UNITS, …), over them -c.

It sends to a Scout that it starts on this machine. With files, and SCOUT_ENDPOINT, SCOUT_TOKEN_URL, SCOUT_CLIENT_ID
and SCOUT_CLIENT_SECRET set, it sends them to that Scout. Samples go only to a receiver on this machine.`,
  argument: {
    name: 'FILE',
    help: 'a file, a folder, a glob in quotes, or - for standard input; without one, an hour of samples',
  },
  options: {
    otlp: {
      type: 'string',
      value: 'URL',
      help: 'sends to this OTLP/HTTP receiver instead, without a token: https:, or http: on this machine',
    },
    open: {
      type: 'boolean',
      default: false,
      help: 'serves a page on this machine: each line beside its record, and settings as switches',
    },
    'send-samples': {
      type: 'boolean',
      default: false,
      help: 'sends the samples to the Scout of SCOUT_*, or to any --otlp',
    },
    kind: {
      type: 'string',
      value: 'KIND',
      help: `takes each file for this kind, whatever is in it: ${KIND_NAMES.join(', ')}`,
    },
    details: {
      type: 'boolean',
      default: false,
      help: 'also prints the metrics, the requests by target group, and every record that is not right',
    },
    verbose: {
      type: 'boolean',
      default: false,
      help: 'prints what the functions log, as JSON lines on standard error, in place of the progress',
    },
    json: { type: 'boolean', default: false, help: 'prints the result as one JSON object' },
  },
  actions: [],
  failure: 'if some records were not delivered',
  orStatus2: 'if nothing was',
} as const satisfies Command;
