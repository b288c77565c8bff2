import { expect, test } from 'vitest';
import { recognize } from '../../../lambdas/log-lines/recognize.ts';
import { settingsWith } from '../../support/factories/alb-records.ts';
import { kindWith, schemaWith } from '../../support/factories/log-schema.ts';

const kindOf = (...fields: readonly string[]) =>
  kindWith(schemaWith(['time', ...fields], { timeForm: 'epoch seconds', resource: 1 }));

const recognized = (...lines: readonly string[]) =>
  recognize(
    { tides: kindOf('gauge', 'height'), winds: kindOf('gauge', 'speed') },
    lines.map((line) => Buffer.from(line)),
    settingsWith().alb,
  );

test.each([
  ['time gauge', 'tides'],
  ['time gauge height', 'tides'],
  ['time gauge speed', 'winds'],
])('a log whose header is "%s" is of the kind with most of its fields: %s', (header, name) => {
  expect(recognized(header)?.name).toBe(name);
});

test.each([
  [['time gauge'], ''],
  [['time gauge', 'prose', '1769903998 pier'], 'pier'],
  [['1769903998 pier 3'], 'pier'],
])('the resource of %j is that of the first readable line: "%s"', (lines, resource) => {
  expect(recognized(...lines)?.resource).toBe(resource);
});

test.each([[['prose']], [['time gauge', 'prose']]])('no kind has lines such as %j', (lines) => {
  expect(recognized(...lines)).toBeUndefined();
});
