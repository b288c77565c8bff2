import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Words that a reader of AWS's and OpenTelemetry's documentation would stumble over, and the words to use. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  'answer(?:s|ed|ing)?': 'response, returns',
  lest: 'so that … not',
  anew: 'again',
  seldom: 'rarely',
  whoever: 'the name of the role',
  'mend(?:s|ed|ing)?': 'fix',
  'parted by': 'separated by',
  'in reach': 'reachable',
  '(?:is|are) told of': 'is notified of',
  'is no such': 'does not exist',
  'under way': 'in flight',
  underWay: 'inFlight',
};
const WORDS = new RegExp(`\\b(${Object.keys(REPLACEMENTS).join('|')})\\b`, 'i');
/** This file, and text that is data. */
const EXCEPT = /test\/docs\/language\.test\.ts|test\/lambdas\/alb\/privacy\.test\.ts/;

const PAGES = [
  ...globSync('*.md'),
  ...globSync('docs/**/*.md'),
  ...['bin', 'lambdas', 'lib', 'test'].flatMap((folder) => globSync(`${folder}/**/*.{ts,mjs,py}`)),
].filter((page) => !EXCEPT.test(page));

test('code, messages and pages use the plain word for each thing', () => {
  const found = PAGES.flatMap((page) =>
    readFileSync(page, 'utf8')
      .split('\n')
      .flatMap((line, index) => {
        const [word] = WORDS.exec(line) ?? [];
        return word === undefined ? [] : [`${page}:${index + 1}: ${word}: ${line.trim()}`];
      }),
  );

  expect(PAGES.length).toBeGreaterThan(300);
  expect(found).toEqual([]);
});
