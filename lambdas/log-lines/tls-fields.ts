import { fixedAttribute, writeFragment } from '../otlp/log-attributes.ts';
import { type FieldWriter, text } from './field-writers.ts';

/** `TLSv1.2` as `tls` and `1.2`. */
export const tlsProtocol = (): FieldWriter => {
  const names = new Map([
    ['TLSv', fixedAttribute('tls.protocol.name', 'tls')],
    ['SSLv', fixedAttribute('tls.protocol.name', 'ssl')],
  ]);
  const version = text('tls.protocol.version');
  return (writer, line, start, end) => {
    const name = names.get(line.bytes.toString('utf8', start, Math.min(start + 4, end)));
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
