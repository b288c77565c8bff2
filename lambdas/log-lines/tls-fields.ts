import { fixedAttribute, writeFragment } from '../otlp/log-attributes.ts';
import { type FieldWriter, oneOf, text } from './field-writers.ts';

/** `TLSv1.2`, and `tlsv12` of Network Load Balancers, as `tls` and `1.2`. */
export const tlsProtocol = (): FieldWriter => {
  const names = new Map([
    ['tlsv', fixedAttribute('tls.protocol.name', 'tls')],
    ['sslv', fixedAttribute('tls.protocol.name', 'ssl')],
  ]);
  const versions = { 10: '1.0', 11: '1.1', 12: '1.2', 13: '1.3' };
  const version = oneOf('tls.protocol.version', versions, text('tls.protocol.version'));
  return (writer, line, start, end) => {
    const name = names.get(line.bytes.toString('latin1', start, Math.min(start + 4, end)).toLowerCase());
    if (name === undefined) return;
    writeFragment(writer, name);
    version(writer, line, start + 4, end);
  };
};

/** Stands in place of a certificate when the client resumed a session. */
const REUSED = 'session-reused';

export const resumed = (): FieldWriter => {
  const attribute = fixedAttribute('tls.resumed', true);
  return (writer, { bytes }, start, end) => {
    if (end - start === REUSED.length && bytes.toString('utf8', start, end) === REUSED)
      writeFragment(writer, attribute);
  };
};
