import { expect, test } from 'vitest';
import { type Account, openAccount } from '../../../bin/local/account.ts';
import { type Outcome, verdictOf } from '../../../bin/local/verdict.ts';

const account = (counts: Partial<Account>): Account => ({
  ...openAccount({ source: 'a.log', pipeline: 'logs', key: 'logs/a.log', body: Buffer.alloc(0) }),
  isTold: true,
  ...counts,
});

const verdict = (counts: Partial<Account>, outcome: Partial<Outcome> = {}) =>
  verdictOf({
    run: { accounts: [account(counts)], rejected: [] },
    refused: [],
    areSamples: false,
    received: counts.delivered ?? 0,
    seconds: 1,
    ...outcome,
  });

test.each<[string, Partial<Account>, Partial<Outcome>, number, RegExp]>([
  ['all delivered', { read: 9, delivered: 9 }, {}, 0, /^9 records delivered in 1\.0 s$/],
  ['left out by a setting', { read: 9, delivered: 1, filtered: 8 }, {}, 0, /, 8 left out by the settings$/],
  ['all left out by a setting', { read: 9, filtered: 9 }, {}, 0, /^0 records delivered/],
  ['some rejected', { read: 9, delivered: 8, rejected: 1 }, {}, 1, /but 1 of 9 records were rejected$/],
  [
    'samples rejected on purpose',
    { read: 9, delivered: 8, rejected: 1 },
    { areSamples: true },
    0,
    /on purpose/,
  ],
  [
    'a skipped sample',
    { skipped: 'test file', read: 1, delivered: 1 },
    { areSamples: true },
    0,
    /^1 record delivered/,
  ],
  ['a skipped file', { skipped: 'test file' }, {}, 2, /^nothing was delivered: 1 of 1 file not forwarded/],
  [
    'cut off',
    { read: 9, delivered: 9, deadLetters: ['corrupt_gzip'] },
    {},
    1,
    /but 1 of 1 file not forwarded whole$/,
  ],
  ['all rejected', { read: 9, rejected: 9 }, {}, 2, /^nothing was delivered: 9 records were rejected$/],
  ['nothing read', {}, {}, 2, /^nothing was delivered: no record was read$/],
  [
    'an account that does not balance',
    { read: 9, delivered: 8 },
    {},
    1,
    /ledger of a\.log is off by 1 records/,
  ],
  ['records that Scout does not have', { read: 9, delivered: 9 }, { received: 8 }, 1, /but Scout has 8$/],
  ['an object without an account', { isTold: false }, {}, 1, /did not say what became of a\.log/],
])('the verdict and the status of %s', (_, counts, outcome, status, text) => {
  const found = verdict(counts, outcome);
  expect(found.text).toMatch(text);
  expect(found.status).toBe(status);
});
