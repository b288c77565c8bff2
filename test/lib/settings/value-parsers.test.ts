import { describe, expect, it } from 'vitest';
import * as values from '../../../lib/settings/value-parsers.ts';

const CERTIFICATE = 'test/fixtures/self-signed.cert.pem';

describe('a setting given with -c or in cdk.json', () => {
  it.each([
    ['a boolean as text', values.boolean, 'false', false],
    ['a boolean', values.boolean, true, true],
    ['a number as text', values.integerFrom(1, 100), '28', 28],
    ['a number', values.integerFrom(1, 100), 28, 28],
    ['a fraction', values.numberFrom(0, 1), '0.25', 0.25],
    ['a choice', values.oneOf('a', 'b'), 'b', 'b'],
    ['a choice of numbers as text', values.oneOf(7, 14), '14', 14],
    ['an address', values.httpsUrl, 'https://otel.example.com/t/otlp/', 'https://otel.example.com/t/otlp/'],
    ['an expression', values.regularExpression, '^/health', '^/health'],
    ['a list as text', values.listOf(values.oneOf('a', 'b'), ''), 'a, b,a', ['a', 'b']],
    ['a list as JSON text', values.listOf(values.oneOf('a', 'b'), ''), '["b"]', ['b']],
    ['a list', values.listOf(values.oneOf('a', 'b'), ''), ['a', 'b'], ['a', 'b']],
    [
      'an account of digits only',
      values.listOf(values.text(/^\d{12}$/, ''), ''),
      '123456789012',
      ['123456789012'],
    ],
    ['a map as JSON text', values.textMap, '{"x-a":"1"}', { 'x-a': '1' }],
    ['a map', values.textMap, { 'x-a': '1' }, { 'x-a': '1' }],
    ['attributes', values.attributes, 'team=web, tier=a=b', 'team=web,tier=a=b'],
    ['attributes as a map', values.attributes, { team: 'web', tier: '1' }, 'team=web,tier=1'],
    ['a file of certificates', values.certificateFile, CERTIFICATE, CERTIFICATE],
    ['a folder', values.keyPrefix, '/logs/prod', 'logs/prod/'],
  ])('may be %s', (_, value, raw, read) => {
    expect(value.read(raw)).toEqual(read);
  });

  it.each([
    ['a boolean', values.boolean, 'yes'],
    ['a number below the least', values.integerFrom(28, 100), '27'],
    ['a number above the most', values.integerFrom(28, 100), 101],
    ['a fraction for a whole number', values.integerFrom(1, 100), '1.5'],
    ['no number', values.integerFrom(0, 100), 'ten'],
    ['blank for a number', values.integerFrom(0, 100), ' '],
    ['another choice', values.oneOf('a', 'b'), 'c'],
    ['an http: address', values.httpsUrl, 'http://otel.example.com'],
    ['an address with a password', values.httpsUrl, 'https://u:p@otel.example.com'],
    ['an address with a query', values.httpsUrl, 'https://otel.example.com?a=1'],
    ['no address', values.httpsUrl, 'otel.example.com'],
    ['a broken expression', values.regularExpression, '('],
    ['a list with a wrong item', values.listOf(values.oneOf('a', 'b'), ''), 'a,c'],
    ['an empty list', values.listOf(values.oneOf('a', 'b'), ''), []],
    ['a map of numbers', values.textMap, { a: 1 }],
    ['no map', values.textMap, 'a=1'],
    ['an attribute without a value', values.attributes, 'team'],
    ['an attribute with a comma', values.attributes, { team: 'a,b' }],
    ['a folder without a name', values.keyPrefix, '/'],
    ['a file that is not there', values.certificateFile, '/no/such.pem'],
    ['a private key', values.certificateFile, 'test/fixtures/self-signed.key.pem'],
    ['a file without a certificate', values.certificateFile, 'package.json'],
  ])('may not be wrong: %s', (_, value, raw) => {
    expect(value.read(raw)).toBeUndefined();
  });
});
