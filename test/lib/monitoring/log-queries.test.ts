import { expect, test } from 'vitest';
import { asText, synth } from '../../support/harness/synth.ts';

test('the stack saves five queries over the logs of both functions', () => {
  const queries = Object.values(synth().findResources('AWS::Logs::QueryDefinition')).map(
    ({ Properties }) => asText(Properties) as { Name: string; LogGroupNames: string[]; QueryString: string },
  );
  expect(queries.map(({ Name }) => Name)).toEqual([
    'Stack/objects not delivered',
    'Stack/dead letters',
    'Stack/slowest objects',
    'Stack/rejected records',
    'Stack/ledger per hour',
  ]);
  for (const { LogGroupNames, QueryString } of queries) {
    expect(LogGroupNames).toEqual(['${MetricsForwarderLogGroup}', '${AlbLogsForwarderLogGroup}']);
    expect(QueryString).toContain('message.');
  }
});
