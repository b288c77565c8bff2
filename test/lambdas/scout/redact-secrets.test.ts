import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactSecrets } from '../../../lambdas/scout/redact-secrets.ts';
import { ENCODINGS, secretText, tokenText } from '../../support/factories/secret-encodings.ts';

const anySecret = fc.oneof(secretText, tokenText);
const filler = fc.string({ unit: 'grapheme-ascii', maxLength: 300 });

describe('a secret does not show in an excerpt', () => {
  test.each(Object.keys(ENCODINGS))('whatever stands around it: %s', (encoding) => {
    fc.assert(
      fc.property(
        anySecret,
        filler,
        filler,
        fc.integer({ min: 1, max: 400 }),
        (secret, before, after, length) => {
          const encoded = ENCODINGS[encoding]?.(secret) ?? '';
          // Encodings of bytes begin at a word: within one, nothing could tell where.
          const excerpt = redactSecrets(`${before} ${encoded} ${after}`, [secret], length);
          fc.pre(!before.includes(secret) && !after.includes(secret));
          expect(excerpt).not.toContain(secret);
          for (let at = 0; at + 16 <= encoded.length; at++)
            expect(excerpt).not.toContain(encoded.slice(at, at + 16).replaceAll(/[\s\p{Cc}]+/gu, ' '));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('where the text is only a part of a long one', () => {
    const secret = 'abcdefghijklmnopqrstuvwxyz0123456789';
    expect(redactSecrets(`sent ${secret.slice(5, 25)}…`, [secret], 200)).toBe('***');
  });

  test('where the excerpt ends within it', () => {
    fc.assert(
      fc.property(tokenText, fc.integer({ min: 0, max: 220 }), (token, length) => {
        expect(redactSecrets(`${'x'.repeat(length)} ${token}`, [token], 200)).not.toContain(
          token.slice(0, 8),
        );
      }),
    );
  });
});

describe('the text around a secret', () => {
  test('stays where the secret is written as it is', () => {
    expect(redactSecrets('no tenant for key open-sesame!', ['open-sesame'], 200)).toBe(
      'no tenant for key ***!',
    );
  });

  test('without a secret stays as it is, on one line and cut to the length', () => {
    fc.assert(
      fc.property(filler, (text) => {
        const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
        expect(redactSecrets(text, ['a-secret-that-is-not-in-it'], 50)).toBe(line.slice(0, 50));
      }),
    );
  });
});

test('an empty secret hides nothing', () => {
  expect(redactSecrets('as it is', [''], 200)).toBe('as it is');
});
