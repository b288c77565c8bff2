import { fixedAttribute, writeFragment } from '../otlp/log-attributes.ts';
import { type FieldWriter, text } from './field-writers.ts';

/** `TLSv1.2`, and `tlsv12` of Network Load Balancers, as `tls` and `1.2`. */
export const tlsProtocol = (): FieldWriter => {
  const names = new Map([
    ['tlsv', fixedAttribute('tls.protocol.name', 'tls')],
    ['sslv', fixedAttribute('tls.protocol.name', 'ssl')],
  ]);
  const version = text('tls.protocol.version');
  const versions = new Map(
    ['1.0', '1.1', '1.2', '1.3'].map((one) => [
      one.replace('.', ''),
      fixedAttribute('tls.protocol.version', one),
    ]),
  );
  return (writer, line, start, end) => {
    const name = names.get(line.bytes.toString('latin1', start, Math.min(start + 4, end)).toLowerCase());
    if (name === undefined) return;
    writeFragment(writer, name);
    const dotless =
      end - start === 6 ? versions.get(line.bytes.toString('latin1', start + 4, end)) : undefined;
    if (dotless === undefined) version(writer, line, start + 4, end);
    else writeFragment(writer, dotless);
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
