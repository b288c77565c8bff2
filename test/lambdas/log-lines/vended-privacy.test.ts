import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordsOf, settingsWith } from '../../support/factories/alb-records.ts';
import { albFormat } from '../../support/factories/log-formats.ts';
import { encodeObject } from '../../support/factories/log-objects.ts';
import { encodedTimes, escaped, secret, unescaped } from '../../support/factories/secrets.ts';

const TIME = '2026-01-31T23:59:58.123456Z';
const NAMES = ['time', 'client_port', 'request_line', 'user_agent', 'redirect_url', 'new_field'];
const MODES = ['aws', 'semconv', 'both'].flatMap((ALB_ATTRIBUTES) =>
  ['json', 'line', 'none'].flatMap((ALB_BODY) =>
    ['keep', 'mask', 'drop'].map((ALB_QUERY_STRINGS) => ({ ALB_ATTRIBUTES, ALB_BODY, ALB_QUERY_STRINGS })),
  ),
);

/** Signed URLs and URLs with a password, also as the escaped value of another parameter. */
const urlWith = (value: string): fc.Arbitrary<string> =>
  fc
    .constantFrom(
      `https://shop.example.com:443/a?b=1&X-Amz-Signature=${value}`,
      `https://user:${value}@shop.example.com/a?b=1`,
      `//${value}@shop.example.com/?token=${value}`,
    )
    .chain((url) =>
      fc.oneof(
        escaped(url),
        fc.nat(3).map((times) => `/login?to=${encodedTimes(url, times)}&c=1`),
      ),
    );

/** An object in each form, with a URL in a field: JSON as AWS may write it, W3C, and cells below a line of names. */
const FORMS: Readonly<Record<string, (values: readonly string[]) => string>> = {
  JSON: (values) => JSON.stringify(Object.fromEntries(NAMES.map((name, i) => [name, values[i]]))),
  'JSON with other escapes': (values) =>
    JSON.stringify(Object.fromEntries(NAMES.map((name, i) => [name, values[i]]))).replaceAll('/', '\\/'),
  'JSON that escapes as load balancers do': (values) =>
    `{${NAMES.map((name, i) => `"${name}":"${values[i]}"`).join(',')}}`,
  W3C: (values) => `#Fields: ${NAMES.join(' ')}\n${values.join('\t')}`,
  'a line of names': (values) => `${NAMES.join('\t')}\n${values.join('\t')}`,
};

describe('secrets in vended logs', () => {
  test.each(Object.keys(FORMS))('reach Scout in no form, in any field and mode: %s', (form) => {
    const formats = MODES.map((mode) => albFormat(settingsWith({ ...mode, ALB_REDACT_QUERY_KEYS: 'token' })));
    const url = secret.chain((value) => fc.tuple(fc.constant(value), urlWith(value)));
    fc.assert(
      fc.property(url, fc.nat(3), fc.nat(formats.length - 1), ([value, text], field, i) => {
        const values = [TIME, '203.0.113.77:49152', 'GET / HTTP/1.1', 'curl', '-', '-'];
        values[2 + field] = field === 0 ? `GET ${text} HTTP/1.1` : text;
        const object = FORMS[form]?.(values) ?? '';
        const format = formats[i];
        if (format === undefined) throw new Error('no format');
        const records = recordsOf(encodeObject(format, object));
        expect(records).toHaveLength(1);
        const sent = unescaped(
          unescaped(inspect(records, { depth: 9 })).replaceAll('\\\\', '\\'),
        ).toLowerCase();
        expect(sent).not.toContain(value);
      }),
      { numRuns: 500 },
    );
  });
});

describe('query strings in vended logs', () => {
  test.each(Object.keys(FORMS))('are hidden however they are escaped: %s', (form) => {
    const query = fc.tuple(secret, escaped('?'), fc.constantFrom('', 'name=', 'a=1&name=', '"'));
    fc.assert(
      fc.property(
        query,
        fc.constantFrom('mask', 'drop'),
        fc.boolean(),
        ([value, mark, name], mode, isUrl) => {
          if (name === '"' && form === 'JSON that escapes as load balancers do') return;
          const url = `https://shop.example.com/${mark}${name}${value}`;
          const values = [TIME, '203.0.113.77:49152', '- - -', 'curl', '-', '-'];
          values[isUrl ? 4 : 2] = isUrl ? url : `GET ${url} HTTP/1.1`;
          const format = albFormat(settingsWith({ ALB_QUERY_STRINGS: mode, ALB_ATTRIBUTES: 'both' }));
          const sent = inspect(recordsOf(encodeObject(format, FORMS[form]?.(values) ?? '')), { depth: 9 });
          expect(sent).not.toContain(value);
          expect(sent).not.toContain('unparsable_line');
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('an object of any bytes', () => {
  test('behind a good first line gives a record for each line, whatever the form', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom(
        '{',
        '{"time":',
        '"',
        '\t',
        ',,,',
        '{"time":"x"}',
        '#Fields: a',
        '#',
        '#Date: 2026-01-31',
        '{"a":{"b":[',
        '\\',
        '{"time":"2026-01-31T23:59:58Z","elb":"a\\"}',
      ),
    );
    const starts = Object.values(FORMS).map((form) => form([TIME, 'a:1', '- - -', 'x', '-', '-']));
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.array(line, { maxLength: 6 }), (start, lines) => {
        const texts = lines.map((text) => text.replaceAll(/[\r\n]/g, ''));
        const object = [start, ...texts].join('\n');
        const records = recordsOf(encodeObject(albFormat(settingsWith()), object));
        const isW3c = start.startsWith('#');
        const expected = texts.filter(
          (text) =>
            text.replace(/[ \r]+$/, '') !== '' &&
            !(isW3c && /^#(Version|Software|Date|Start-Date|End-Date|Remark):/.test(text)) &&
            text !== start.split('\n')[0],
        );
        expect(records).toHaveLength(1 + expected.length);
      }),
      { numRuns: 500 },
    );
  });
});
