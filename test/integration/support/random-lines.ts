import * as fc from 'fast-check';

/** Text that a token of a log line may hold: anything but a quote or a line end. */
const text = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .map((text) => text.replaceAll(/["\n\r]/g, '\\x22'));
const url = fc
  .tuple(fc.webUrl({ withQueryParameters: true }), fc.constantFrom('', '&Signature=c2VjcmV0', '?sig=1 2'))
  .map(([url, rest]) => `${url}${rest}`.replaceAll('"', ''));

const quoted = fc
  .oneof(text, fc.constantFrom('-', '', '\\x22\\x5C', 'session-reused', 'waf,forward'))
  .map((text) => `"${text}"`);
const request = fc
  .tuple(fc.constantFrom('GET', 'POST', 'BREW', '-'), url, fc.constantFrom('HTTP/1.1', 'HTTP/2.0', '-', ''))
  .map((parts) => `"${parts.join(' ')}"`);
const plain = fc.oneof(
  fc.constantFrom('-', '-1', '0.000', '502', 'TLSv1.2', 'SSLv3', '[2001:db8::1]:443'),
  fc.ipV4().map((address) => `${address}:8080`),
  fc.string({ minLength: 1, maxLength: 20 }).map((text) => text.replaceAll(/[" ]/g, '_')),
);
const time = fc
  .tuple(
    fc.date({ min: new Date('1971-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
    fc.integer({ max: 999, min: 0 }),
  )
  .map(([date, micros]) => `${date.toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`);
const status = fc.constantFrom('200', '301', '404', '460', '500', '504', '-');
const trace = fc
  .string({ unit: fc.constantFrom(...Array.from('0123456789abcdefg')), minLength: 32, maxLength: 32 })
  .map((hex) => `"Root=1-${hex.slice(0, 8)}-${hex.slice(8)}"`);

/** A line of an access log, mostly: any bytes now and then. */
export const albLine: fc.Arbitrary<Buffer> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(
        fc.constantFrom('http', 'https', 'h2', 'grpcs', 'ws', 'wss'),
        time,
        fc.array(plain, { minLength: 6, maxLength: 6 }),
        status,
        fc.array(plain, { minLength: 3, maxLength: 3 }),
        request,
        quoted,
        fc.array(plain, { minLength: 3, maxLength: 3 }),
        trace,
        fc.array(fc.oneof(quoted, plain), { maxLength: 20 }),
      )
      .map((tokens) => Buffer.from(tokens.flat().join(' '))),
  },
  fc
    .uint8Array({ minLength: 1, maxLength: 60 })
    .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10))),
);

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 1, 0.1, 5e-324, 1.7976931348623157e308),
);
const statistic = fc.constantFrom(
  'p0',
  'p50',
  'p99',
  'p99.9',
  'p100',
  'TM(25%:75%)',
  'tm99',
  'PR(:300)',
  'IQM',
);

/** A line of a metric stream in JSON format. */
export const metricLine: fc.Arbitrary<Buffer> = fc
  .record({
    account_id: fc.constantFrom('123456789012', '210987654321'),
    region: fc.constantFrom('us-east-1', 'eu-west-1', ''),
    namespace: fc.constantFrom('AWS/Lambda', 'Größe/日本', 'a "b" \\c'),
    metric_name: fc.oneof(
      fc.constantFrom('Duration', 'Errors'),
      fc.string({ unit: 'grapheme', minLength: 1 }),
    ),
    dimensions: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), {
      maxKeys: 5,
    }),
    timestamp: fc.integer({ min: 1e12, max: 9_000_000_000_000 }),
    unit: fc.constantFrom('None', 'Count', 'Bytes/Second', 'Percent', 'furlongs'),
    value: fc
      .tuple(
        fc.record({ min: number, max: number, sum: number }),
        fc.oneof(fc.nat(), fc.double({ min: 0, max: 2 ** 64, maxExcluded: true, noNaN: true })),
        fc.dictionary(statistic, number, { maxKeys: 4 }),
      )
      .map(([basic, count, others]) => ({ ...basic, count, ...others })),
  })
  .map((datum) => Buffer.from(JSON.stringify(datum)));
