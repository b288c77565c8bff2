import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accept, fail, partialSuccess } from '../../../bin/local/emulators/scout/behaviour.ts';
import { ALB_KEY, albText } from '../../support/factories/alb-object.ts';
import { createForwarder } from '../../support/harness/forwarder.ts';
import { scout, store, useScoutAndStore } from '../../support/harness/scout-and-store.ts';
import { asText, synth } from '../../support/harness/synth.ts';

const queries = Object.values(synth().findResources('AWS::Logs::QueryDefinition')).map(
  ({ Properties }) => asText(Properties) as { Name: string; LogGroupNames: string[]; QueryString: string },
);
const queryOf = (name: string): string =>
  queries.find(({ Name }) => Name === `Stack/${name}`)?.QueryString ?? '';

test('the stack saves five queries over the logs of both functions', () => {
  expect(queries.map(({ Name }) => Name)).toEqual([
    'Stack/objects not delivered',
    'Stack/dead letters',
    'Stack/slowest objects',
    'Stack/rejected records',
    'Stack/ledger per hour',
  ]);
  for (const { LogGroupNames } of queries)
    expect(LogGroupNames).toEqual(['${MetricsForwarderLogGroup}', '${AlbLogsForwarderLogGroup}']);
});

/** Whether a logged line passes the query's filter: one of the three forms that the queries use. */
const matches = (query: string, line: Readonly<Record<string, unknown>>): boolean => {
  const filter = /(?:^|\| )filter (.*)/m.exec(query)?.[1] ?? '';
  const [, present] = /^ispresent\(message\.(.+)\)$/.exec(filter) ?? [];
  if (present !== undefined) return line[present] !== undefined;
  const [, field = '', operator, value = ''] = /^message\.(\S+) ([=>]) (.*)$/.exec(filter) ?? [];
  expect(['=', '>']).toContain(operator);
  return operator === '=' ? line[field] === JSON.parse(value) : Number(line[field]) > Number(value);
};

describe('the line of an object', () => {
  useScoutAndStore();
  let forwarder: ReturnType<typeof createForwarder>;
  beforeEach(() => {
    forwarder = createForwarder({ store, environment: scout.environment });
  });
  afterEach(() => forwarder.close());

  /** The lines of a delivered object, one that Scout does not accept, one that is gone, and one with rejected records. */
  const logged = async () => {
    await forwarder.receive(forwarder.put(ALB_KEY, albText(3)));
    scout.respond(fail(500));
    await forwarder.receive(forwarder.put(ALB_KEY, albText(3)), { receives: 2 });
    await forwarder.receive({ bucket: 'logs', key: 'alb/gone.log' });
    scout.respond([partialSuccess(1, 'too old')]);
    await forwarder.receive(forwarder.put(ALB_KEY, albText(3)));
    scout.respond(accept());
    return forwarder.logged;
  };

  test.each([
    ['objects not delivered', ['not delivered']],
    ['dead letters', ['dead letter']],
    ['slowest objects', ['forwarded', 'not delivered', 'dead letter', 'forwarded']],
    ['rejected records', ['forwarded']],
    ['ledger per hour', ['forwarded', 'not delivered', 'dead letter', 'forwarded']],
  ])('is found by the query "%s", with every field that the query shows', async (name, messages) => {
    const query = queryOf(name);
    const found = (await logged()).filter((line) => matches(query, line));
    expect(found.map(({ message }) => message)).toEqual(messages);
    const fields = [...query.matchAll(/message\.([a-z][\w.]*)/giu)].map(([, field = '']) => field);
    expect(fields.length).toBeGreaterThan(2);
    for (const line of found) expect(Object.keys(line)).toEqual(expect.arrayContaining(fields));
  });
});
