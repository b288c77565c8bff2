import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactor } from '../../../lambdas/log-lines/redact.ts';
import { encodedTimes, escaped, secret, unescaped } from '../../support/factories/secrets.ts';

const NAMES = [
  'AWSAccessKeyId',
  'Signature',
  'sig',
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'X-Goog-Signature',
];
const MORE_NAMES = ['token', 'api_key', 'filter[email]'];

const { redact: redactBytes, isSuspect } = redactor(MORE_NAMES);
const redact = (text: string, isCut = false): string => redactBytes(Buffer.from(text), isCut).toString();

/** Texts before a parameter or a URL, and texts that end its secret. */
const before = fc.constantFrom(
  '',
  '/a?',
  '/a?b=1&',
  '/a?b=1;',
  '/a?b=%2F&amp;',
  '/#',
  '/a?b?',
  '"GET ',
  'x\t',
  '?x=1&y=',
);
const after = fc.constantFrom('', '&b=1', '#top', ' HTTP/1.1" "agent"', '"', '\tx');

describe('redact', () => {
  test('replaces the value of a secret parameter, however it is escaped', () => {
    const parameter = fc
      .tuple(fc.constantFrom(...NAMES, ...MORE_NAMES), secret)
      .chain(([name, value]) =>
        fc.tuple(escaped(name), escaped('='), escaped(value), fc.constant(value.toLowerCase())),
      );
    fc.assert(
      fc.property(before, parameter, after, (start, [name, equals, written, value], end) => {
        const left = redact(`${start}${name}${equals}${written}${end}`);
        expect(left).toBe(`${start}${name}${equals}REDACTED${end}`);
        expect(unescaped(left).toLowerCase()).not.toContain(value);
      }),
      { numRuns: 1000 },
    );
  });

  test('replaces the userinfo of a URL, however it is escaped', () => {
    const url = fc
      .tuple(fc.constantFrom('https:', 'ftp:', ''), fc.constantFrom('', 'user:', 'user+ab:', ':'), secret)
      .chain(([scheme, user, password]) =>
        fc.tuple(
          escaped(`${scheme}//`),
          escaped(`${user}${password}`),
          escaped('@'),
          fc.constantFrom('example.com/a@b?c=d@e', '[2001:db8::1]:443', 'example.com'),
        ),
      );
    fc.assert(
      fc.property(before, url, after, (start, [slashes, userinfo, at, host], end) => {
        expect(redact(`${start}${slashes}${userinfo}${at}${host}${end}`)).toBe(
          `${start}${slashes}REDACTED${at}${host}${end}`,
        );
      }),
      { numRuns: 1000 },
    );
  });

  test('finds both in a URL that is the value of another parameter, encoded up to four times', () => {
    const inner = fc
      .record({
        scheme: fc.constantFrom('https://', '//'),
        user: secret,
        name: fc.constantFrom(...NAMES),
        value: secret,
      })
      .map(({ scheme, user, name, value }) => ({
        url: `${scheme}${user}:p%2F${user}@example.com/a?b=1&${name}=${value}`,
        secrets: [user, value],
      }));
    fc.assert(
      fc.property(inner, fc.integer({ min: 0, max: 4 }), ({ url, secrets }, times) => {
        const text = `https://shop.example.com/login?next=${encodedTimes(url, times)}&page=2`;
        const left = redact(text);
        expect(left).toMatch(/^https:\/\/shop\.example\.com\/login\?next=.*REDACTED.*REDACTED&page=2$/);
        for (const one of secrets) expect(unescaped(left)).not.toContain(one);
      }),
    );
  });

  test('keeps a JSON text the JSON text that it is', () => {
    const fields = fc.record({
      request: fc
        .tuple(secret, secret)
        .map(([password, value]) => `GET https://u:${password}"@h/?a=1&sig=${value}&b=2 HTTP/1.1`),
      user_agent: fc.string({ unit: 'binary' }).filter((text) => !/[=@%\\]/.test(text)),
    });
    fc.assert(
      fc.property(fields, fc.boolean(), (record, escapes) => {
        const json = JSON.stringify(record);
        const left = redact(escapes ? json.replaceAll('/', '\\/').replaceAll('&', '\\u0026') : json);
        expect(JSON.parse(left)).toEqual({
          ...record,
          request: 'GET https://REDACTED@h/?a=1&sig=REDACTED&b=2 HTTP/1.1',
        });
      }),
    );
  });

  test('ends a value at the end of a JSON text, though a backslash is before it', () => {
    expect(redact(JSON.stringify({ a: '/?sig=1\\', b: '/?sig=2"3', c: 4 }))).toBe(
      '{"a":"/?sig=REDACTED","b":"/?sig=REDACTED","c":4}',
    );
  });

  test('takes the whole value where its end is in doubt', () => {
    expect(redact('/a?sig=1?sig=2;b=3,c&d=4')).toBe('/a?sig=REDACTED&d=4');
    expect(redact('/a?sig=1%26b=2%23c')).toBe('/a?sig=REDACTED');
    expect(redact('/?to=%3Fsig%3D1%26b%3D2&c=3')).toBe('/?to=%3Fsig%3DREDACTED&c=3');
    expect(redact('/a?sig=1&sig=2&&sig=')).toBe('/a?sig=REDACTED&sig=REDACTED&&sig=REDACTED');
    expect(redact('/a?sig=1\\ b')).toBe('/a?sig=REDACTED b');
  });

  test('takes what may be a userinfo where its end is in doubt', () => {
    expect(redact('https:/%2Fuser:p%2Fw%40example.com/a@b')).toBe('https:/%2FREDACTED%40example.com/a@b');
    expect(redact('https://user:p&w@example.com/')).toBe('https://REDACTED@example.com/');
    expect(redact('https://a/%3Fb//user:p&w@example.com')).toBe('https://a/%3Fb//REDACTED@example.com');
    expect(redact('/?to=//user:p%26w@example.com')).toBe('/?to=//REDACTED@example.com');
    expect(redact('https://user:pw@ x')).toBe('https://REDACTED@ x');
    expect(redact('https://example.com:443//user:p@w@example.com/')).toBe(
      'https://example.com:443//REDACTED@example.com/',
    );
  });

  test('takes what may be a userinfo at the end of a text that was cut', () => {
    expect(redact('x https://user:pass', true)).toBe('x https://REDACTED');
    expect(redact('x https%3A%2F%2Fuser%3Apa', true)).toBe('x https%3A%2F%2FREDACTED');
    expect(redact('x ?sig=1 https://a@b/c', true)).toBe('x ?sig=REDACTED https://REDACTED@b/c');
    expect(redact('?sig=1&to=//example.com x', true)).toBe('?sig=REDACTED&to=//example.com x');
    for (const text of ['x https://example.com/a', 'x https://example.com ', 'x', '']) {
      expect(redact(text, true)).toBe(text);
    }
  });

  test('looks at each member of a JSON text by itself, though no space is between them', () => {
    expect(redact(JSON.stringify({ a: '/?b=1', c: 'https://user:p&w@example.com/' }))).toBe(
      '{"a":"/?b=1","c":"https://REDACTED@example.com/"}',
    );
  });

  test('finds a name that is not ASCII, a part of it escaped', () => {
    const text = Buffer.concat([Buffer.from('/?%E2'), Buffer.from('€uro=1').subarray(1)]);
    expect(redactor(['€uro']).redact(text).toString('latin1')).toMatch(/=REDACTED$/);
  });

  test('finds nothing of the text before in the memory that all texts share', () => {
    expect(redact('@?sig=1')).toBe('@?sig=REDACTED');
    expect(redact('@?sig')).toBe('@?sig');
  });

  test.each([
    '/a?signal=1&mysig=2&x-amz-date=3&sig',
    '/sig=1',
    '/a?x-amz-signatur\r=1',
    'https://example.com:443/users/jo@example.com?mail=jo@example.com&b=//c',
    'https://example.com?mail=jo@example.com',
    'https://example.com#jo@example.com',
    'https://example.com/a//jo@example.com/npm//lib@1.2.3',
    '/login?next=https://example.com&mail=jo@example.com',
    '/login?next=https%3A%2F%2Fexample.com&mail=jo@example.com',
    '/login?next=https%3A%2F%2Fexample.com%2Fa%3Fmail%3Djo%40example.com',
    '"Bot/1.0 (+https://example.com; bot@example.com)"',
    'https://@example.com/@scope/a',
    'mailto:jo@example.com 100%25 %zz %4 \\x2',
  ])('leaves %s as it is', (text) => {
    const bytes = Buffer.from(text);
    expect(redactBytes(bytes)).toBe(bytes);
  });

  test('leaves URLs without secrets as they are', () => {
    const url = fc
      .webUrl({ withQueryParameters: true, withFragments: true })
      .filter((url) => !/\/\/[^/?#]*:[^/?#]*@/.test(url.slice('https://'.length)));
    fc.assert(
      fc.property(url, fc.integer({ min: 0, max: 2 }), (url, times) => {
        const text = `"GET https://example.com/?a=${encodedTimes(url, times)} HTTP/1.1" "${url}"`;
        expect(redact(text)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test('changes nothing when it is repeated, whatever the text', () => {
    const pieces =
      '? & = sig SIG= // @ : %2F%2F %40 % 4 0 \\ \\x40 \\u003d %25 # " v x-goog-signature= é'.split(' ');
    const piece = fc.constantFrom(' ', ...pieces);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const left = redact(pieces.join(''));
        expect(redact(left)).toBe(left);
      }),
      { numRuns: 1000 },
    );
  });
});

test.each([
  ['sig=', 3, true],
  ['big=', 3, false],
  ['@', 0, true],
  ['%40', 0, true],
  ['%20', 0, false],
  ['%', 0, false],
  ['\\x40', 0, true],
  ['\\x20', 0, false],
  ['\\u0040', 0, true],
  ['\\u0020', 0, false],
  ['\\n0040', 0, false],
])('only what may be a part of a secret makes a line slow: %j at %i is suspect: %s', (text, at, expected) => {
  expect(isSuspect(Buffer.from(text), at)).toBe(expected);
});
