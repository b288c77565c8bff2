import { describe, expect, test } from 'vitest';
import { newColumns } from '../../../lambdas/log-lines/columns.ts';
import { schemaWith } from '../../support/factories/log-schema.ts';

const newTides = () =>
  newColumns(schemaWith(['time', 'client:port'], { aliases: { ip_address: 'address', clock: 'time' } }));

describe('the columns of an object', () => {
  test.each(['client:port', 'client_port', 'CLIENT-PORT', 'client--port', 'clock', 'ip_address', 'address'])(
    'are known by any spelling: %s',
    (name) => {
      expect(newTides().isKnown(name)).toBe(true);
    },
  );

  test.each([
    ['time', 0],
    ['clock', 0],
    ['client_port', 1],
    ['address', 2],
    ['ip-address', 2],
    ['wind', 3],
    ['12', undefined],
    ['', undefined],
  ])('have an index for each name: %s is %s', (name, index) => {
    expect(newTides().indexOf(name)).toBe(index);
  });

  test('have one index for a name that comes again, and do not know it', () => {
    const { names, indexOf, isKnown } = newTides();
    expect(['wind', 'rain', 'WIND'].map(indexOf)).toEqual([3, 4, 3]);
    expect(names).toEqual(['time', 'client:port', 'address', 'wind', 'rain']);
    expect(isKnown('wind')).toBe(false);
  });

  test('are no more than 512', () => {
    const { names, indexOf } = newTides();
    for (let i = names.length; i < 512; i++) expect(indexOf(`f${i}`)).toBe(i);
    expect(indexOf('one_more')).toBeUndefined();
    expect(indexOf('f511')).toBe(511);
    expect(names).toHaveLength(512);
  });
});
