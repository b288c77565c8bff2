import { describe, expect, test } from 'vitest';
import type { Span } from '../../../lambdas/log-lines/line.ts';
import { newRequestLine, splitAddress, splitRequest } from '../../../lambdas/log-lines/request-line.ts';

type Parts = Partial<Record<keyof ReturnType<typeof newRequestLine>, string>>;

/** The parts that are not empty, of what stands in `text` up to `end`. */
const partsOf = (text: string, end = text.length, request = newRequestLine()): Parts => {
  splitRequest(request, Buffer.from(text), 0, end);
  const parts = Object.entries(request).map(([name, span]: [string, Span]) => [
    name,
    text.slice(span.start, span.end),
  ]);
  return Object.fromEntries(parts.filter(([, part]) => part !== '')) as Parts;
};

describe('splitRequest', () => {
  test.each<[string, Parts]>([
    ['GET HTTP/1.1', { method: 'GET', protocol: 'HTTP/1.1' }],
    ['HTTP/1.1', { method: 'HTTP/1.1' }],
    [' HTTP/1.1', { protocol: 'HTTP/1.1' }],
    ['GET /a -', { method: 'GET', url: '/a', path: '/a', protocol: '-' }],
    ['GET /a b', { method: 'GET', url: '/a b', path: '/a b' }],
    ['GET /a HELLO', { method: 'GET', url: '/a HELLO', path: '/a HELLO' }],
    ['GET /a HTTP/1.1x', { method: 'GET', url: '/a HTTP/1.1x', path: '/a HTTP/1.1x' }],
  ])('takes only a dash or a short HTTP/… after the last space for the protocol: "%s"', (text, parts) => {
    expect(partsOf(text)).toEqual(parts);
  });

  test.each(['a:bcd', 'a:/bcd', 'a:b/cd', 'a:', 'a:/', '//h/a', 'a:?//b', 'a:/?/b'])(
    'finds no scheme, host or port in a URL without ://: %s',
    (url) => {
      const parts = partsOf(`GET ${url} HTTP/1.1`);

      expect(parts).toMatchObject({ method: 'GET', url, protocol: 'HTTP/1.1' });
      expect(Object.keys(parts)).not.toContain('scheme');
      expect(Object.keys(parts)).not.toContain('host');
      expect(Object.keys(parts)).not.toContain('port');
    },
  );

  test.each<[string, string | undefined, string | undefined]>([
    ['h:80', 'h', '80'],
    ['me@h:80', 'h', '80'],
    ['@h:80', 'h', '80'],
    ['fe80::1:80', 'fe80::1', '80'],
    ['::ffff:10.0.0.1:80', '::ffff:10.0.0.1', '80'],
    ['10:80:90', undefined, '90'],
    ['h:80:90', undefined, '90'],
    ['zz::1:80', undefined, '80'],
  ])('finds the host and the port of http://%s/', (authority, host, port) => {
    const parts = partsOf(`GET http://${authority}/ HTTP/1.1`);

    expect([parts.host, parts.port]).toEqual([host, port]);
  });

  test('keeps nothing of the request before', () => {
    const request = newRequestLine();
    partsOf('GET https://example.com:443/a?b=c HTTP/1.1', undefined, request);

    expect(partsOf('PUT x', undefined, request)).toEqual({ method: 'PUT', url: 'x' });
  });

  test('reads nothing behind a URL', () => {
    const text = 'GET https://me@[::1]:443/a?b=c#d';

    for (let end = 0; end < text.length; end++) {
      expect(partsOf(text, end)).toEqual(partsOf(text.slice(0, end)));
    }
  });

  test('reads nothing before a field of spaces only', () => {
    const request = newRequestLine();
    splitRequest(request, Buffer.from('     '), 3, 5);

    expect(Object.values(request)).toEqual(Array.from({ length: 8 }, () => ({ start: 3, end: 3 })));
  });
});

describe('splitAddress', () => {
  test.each([
    ['10.0.0.1:80', '10.0.0.1', '80'],
    ['::1:80', '::1', '80'],
    ['[::1]:80', '::1', '80'],
    ['[::1]', '::1', ''],
    ['h', 'h', ''],
    [':80', '', '80'],
    ['[::1', '[:', '1'],
    ['::1]', '::1]', ''],
  ])('splits %s at its last colon, outside of brackets', (text, expectedHost, expectedPort) => {
    const [host, port] = [
      { start: 0, end: 0 },
      { start: 0, end: 0 },
    ];
    splitAddress(Buffer.from(text), 0, text.length, host, port);

    expect(text.slice(host.start, host.end)).toBe(expectedHost);
    expect(text.slice(port.start, port.end)).toBe(expectedPort);
  });
});
