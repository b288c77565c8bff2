import { expect, test } from 'vitest';
import type { FieldWriter } from '../../../lambdas/log-lines/field-writers.ts';
import { resumed, tlsProtocol } from '../../../lambdas/log-lines/tls-fields.ts';
import { ProtobufWriter } from '../../../lambdas/otlp/protobuf.ts';
import { attributesOfRecord } from '../../support/factories/encoded-record.ts';
import { lineOf } from '../../support/factories/log-schema.ts';

/** The attributes that a field becomes. */
const attributesIn = (write: FieldWriter, field: string) => {
  const writer = new ProtobufWriter();
  write(writer, lineOf(field), 0, field.length);
  return attributesOfRecord(writer.written());
};

test.each([
  ['TLSv1', 'tls', '1'],
  ['TLSv1.2', 'tls', '1.2'],
  ['TLSv1.3', 'tls', '1.3'],
  ['SSLv3', 'ssl', '3'],
  ['tlsv10', 'tls', '1.0'],
  ['tlsv11', 'tls', '1.1'],
  ['tlsv12', 'tls', '1.2'],
  ['tlsv13', 'tls', '1.3'],
  ['tlsv14', 'tls', '14'],
])('the protocol %s is %s of the version %s', (field, name, version) => {
  expect(attributesIn(tlsProtocol(), field)).toEqual({
    'tls.protocol.name': name,
    'tls.protocol.version': version,
  });
});

test('a field that is no protocol has no attribute', () => {
  expect(attributesIn(tlsProtocol(), 'QUICv1')).toEqual({});
});

test.each([
  ['session-reused', { 'tls.resumed': true }],
  ['session-renewed', {}],
  ['session-reuseD', {}],
  ['arn:aws:acm:eu', {}],
])('a session is resumed where the certificate is session-reused: %s', (field, attributes) => {
  expect(attributesIn(resumed(), field)).toEqual(attributes);
});
