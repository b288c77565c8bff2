import { describe, expect, test } from 'vitest';
import { maskOf } from '../../../lambdas/log-lines/mask.ts';
import { settingsWith } from '../../support/factories/alb-records.ts';
import { lineOf, loaded, schemaWith } from '../../support/factories/log-schema.ts';

type Settings = Partial<Parameters<typeof maskOf>[1]>;

const KEEP: Settings = { queryStrings: 'keep', clientAddress: 'keep' };
const DROP: Settings = { ...KEEP, queryStrings: 'drop' };
const MASK: Settings = { ...KEEP, queryStrings: 'mask' };
const HIDE: Settings = { ...KEEP, clientAddress: 'mask' };
const BOTH: Settings = { queryStrings: 'drop', clientAddress: 'mask' };

/** The fields are: a request, an address with a port, an address, a URL. */
const SCHEMA = schemaWith(['request', 'client:port', 'target', 'referrer'], {
  request: 0,
  addresses: [
    { field: 2, hasPort: false },
    { field: 1, hasPort: true },
  ],
  urls: [3],
});

const maskWith = (settings: Settings, schema: Parameters<typeof maskOf>[0] = SCHEMA) =>
  maskOf(schema, { ...settingsWith({}).alb, ...settings });
const maskedLine = (settings: Settings, text: string, schema = SCHEMA) =>
  maskWith(settings, schema)?.(lineOf(text), true).toString();

const lineWithUrl = (url: string) => `"GET / HTTP/1.1" - - "${url}"`;

describe('maskOf', () => {
  test('masks nothing where the settings keep everything', () => {
    expect(maskWith(KEEP)).toBeUndefined();
  });

  const LINE = '"GET /é?a=1 HTTP/1.1" 10.1.2.3:80 2001:db8::12:34 https://x/?b=2&c';

  test.each<[what: string, settings: Settings, text: string]>([
    ['drops query strings', DROP, '"GET /é HTTP/1.1" 10.1.2.3:80 2001:db8::12:34 https://x/'],
    [
      'masks query strings',
      MASK,
      '"GET /é?a=REDACTED HTTP/1.1" 10.1.2.3:80 2001:db8::12:34 https://x/?b=REDACTED&REDACTED',
    ],
    ['masks addresses', HIDE, '"GET /é?a=1 HTTP/1.1" 10.1.2.0:80 2001:db8::0 https://x/?b=2&c'],
    ['masks addresses and drops query strings', BOTH, '"GET /é HTTP/1.1" 10.1.2.0:80 2001:db8::0 https://x/'],
  ])('%s of a line, and nothing else', (_, settings, text) => {
    expect(maskedLine(settings, LINE)).toBe(text);
  });

  test.each([
    ['some are absent', '"GET /?a=1 HTTP/1.1" 10.1.2.3:80', '"GET / HTTP/1.1" 10.1.2.0:80'],
    ['nothing is written', '"- - -" - - -', '"- - -" - - -'],
  ])('masks the fields of a line where %s', (_, text, masked) => {
    expect(maskedLine(BOTH, text)).toBe(masked);
  });

  test('masks a field once that is named twice', () => {
    const twice = schemaWith(['time', 'referrer', 'client'], {
      addresses: [2, 2].map((field) => ({ field, hasPort: false })),
      urls: [1, 1],
    });
    expect(maskedLine({ ...HIDE, queryStrings: 'mask' }, 't /?a=1 10.1.2.3 -', twice)).toBe(
      't /?a=REDACTED 10.1.2.0 -',
    );
  });

  test.each([
    ['/', '/', '/'],
    ['?a=1', '', '?a=REDACTED'],
    ['/?', '/', '/?'],
    ['/?token', '/', '/?REDACTED'],
    ['/?a=1&token&b=2', '/', '/?a=REDACTED&REDACTED&b=REDACTED'],
    ['/?a=1&&b=', '/', '/?a=REDACTED&&b=REDACTED'],
    ['/?a=b=c', '/', '/?a=REDACTED'],
    ['/%3Fa=1?b=2', '/', '/%3Fa=REDACTED'],
    ['/é\\x3fa=1', '/é', '/é\\x3fa=REDACTED'],
    ['/?é=1', '/', '/?é=REDACTED'],
    ['/?ab%26token=1&c=2', '/', '/?REDACTED&c=REDACTED'],
    ['/?ab%3Dtoken=1', '/', '/?REDACTED'],
    ['/?ab?token=1', '/', '/?REDACTED'],
    ['/?ab%2523token=1', '/', '/?REDACTED'],
  ])('drops or masks the query string of %s', (url, dropped, masked) => {
    expect(maskedLine(DROP, lineWithUrl(url))).toBe(lineWithUrl(dropped));
    expect(maskedLine(MASK, lineWithUrl(url))).toBe(lineWithUrl(masked));
  });

  test.each<[what: string, settings: Settings, masked: string]>([
    ['drops query strings', DROP, 'é 10.1.2.3 "/a" ::1:2 "/d" g'],
    ['masks query strings', MASK, 'é 10.1.2.3 "/a?b=REDACTED" ::1:2 "/d?e=REDACTED" g'],
    ['masks addresses', HIDE, 'é 10.1.2.0 "/a?b=1 2" ::0 "/d?e=\\"f" g'],
  ])('%s of a text that is not a line', (_, settings, masked) => {
    const line = loaded('é 10.1.2.3 "/a?b=1 2" ::1:2 "/d?e=\\"f" g');
    expect(maskWith(settings)?.(line, false).toString()).toBe(masked);
  });
});
