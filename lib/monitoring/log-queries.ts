import { Stack } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { ScoutForwarder } from '../scout-forwarder.ts';

/** In JSON logging, Lambda puts the object that a function logs under `message`. docs/operations.md has its fields. */
const QUERIES: Readonly<Record<string, { readonly name: string; readonly query: logs.QueryStringProps }>> = {
  UndeliveredQuery: {
    name: 'objects not delivered',
    query: {
      fields: [
        '@timestamp',
        'message.key',
        'message.lines',
        'message.continued',
        'message.error.type',
        'message.reason',
      ],
      filterStatements: ['message.message = "not delivered"'],
      sort: '@timestamp desc',
    },
  },
  DeadLettersQuery: {
    name: 'dead letters',
    query: {
      fields: ['@timestamp', 'message.key', 'message.lines', 'message.error.type', 'message.reason'],
      filterStatements: ['message.message = "dead letter"'],
      sort: '@timestamp desc',
    },
  },
  SlowestQuery: {
    name: 'slowest objects',
    query: {
      fields: ['message.key', 'message.milliseconds', 'message.read', 'message.bytes', 'message.retries'],
      filterStatements: ['ispresent(message.milliseconds)'],
      sort: 'message.milliseconds desc',
      limit: 50,
    },
  },
  RejectedQuery: {
    name: 'rejected records',
    query: {
      fields: ['@timestamp', 'message.key', 'message.rejected', 'message.read'],
      filterStatements: ['message.rejected > 0'],
      sort: 'message.rejected desc',
    },
  },
  LedgerQuery: {
    name: 'ledger per hour',
    query: {
      filterStatements: ['ispresent(message.milliseconds)'],
      statsStatements: [
        'sum(message.read) as read, sum(message.delivered) as delivered, sum(message.rejected) as rejected, sum(message.filtered) as filtered, sum(message.continued) as continued by bin(1h)',
      ],
    },
  },
};

/** Saves queries over the functions' logs, for CloudWatch Logs Insights. */
export const createLogQueries = (scope: Construct, forwarders: readonly ScoutForwarder[]): void => {
  const logGroups = forwarders.map((forwarder) => forwarder.function.logGroup);
  for (const [id, { name, query }] of Object.entries(QUERIES)) {
    new logs.QueryDefinition(scope, id, {
      // In a folder of the stack's name, as Logs Insights shows it.
      queryDefinitionName: `${Stack.of(scope).stackName}/${name}`,
      queryString: new logs.QueryString(query),
      logGroups,
    });
  }
};
