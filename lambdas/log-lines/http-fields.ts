import { fixedAttribute, writeFragment } from '../otlp/log-attributes.ts';
import { type FieldWriter, int, text, writePart } from './field-writers.ts';
import { hasNothing } from './line.ts';
import { newRequestLine, splitRequest } from './request-line.ts';

/** The methods that OpenTelemetry's conventions know; others are `_OTHER`. */
const METHODS = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
]);

/** The `request` field as method, URL and protocol. */
export const request = (): FieldWriter => {
  const parts = newRequestLine();
  const writers = [
    { part: parts.method, write: method() },
    { part: parts.url, write: text('url.full') },
    { part: parts.scheme, write: text('url.scheme') },
    { part: parts.path, write: text('url.path') },
    { part: parts.query, write: text('url.query') },
    { part: parts.host, write: text('server.address') },
    { part: parts.port, write: int('server.port', 0) },
    { part: parts.protocol, write: version() },
  ];
  const http = fixedAttribute('network.protocol.name', 'http');
  return (writer, line, start, end) => {
    splitRequest(parts, line.bytes, start, end);
    for (const { part, write } of writers) writePart(write, writer, line, part);
    writeFragment(writer, http);
  };
};

const method = (): FieldWriter => {
  const known = text('http.request.method');
  const other = fixedAttribute('http.request.method', '_OTHER');
  const original = text('http.request.method_original');
  return (writer, line, start, end) => {
    if (METHODS.has(line.bytes.toString('utf8', start, end))) return known(writer, line, start, end);
    writeFragment(writer, other);
    original(writer, line, start, end);
  };
};

/** The status of a response. That of a server error is also its type, unless the field `reason` says more. */
export const responseStatus = (reason?: number): FieldWriter => {
  const status = int('http.response.status_code', 100, 599);
  const errorType = text('error.type');
  return (writer, line, start, end) => {
    status(writer, line, start, end);
    const isServerError = end - start === 3 && line.bytes[start] === FIVE;
    if (isServerError && hasNothing(line, reason)) errorType(writer, line, start, end);
  };
};

/** `HTTP/1.1` is 1.1, but `HTTP/2.0` is 2. */
const version = (): FieldWriter => {
  const write = text('network.protocol.version');
  return (writer, line, start, end) => {
    const from = start + 'HTTP/'.length;
    const isMajor =
      line.bytes[end - 1] === ZERO && line.bytes[end - 2] === DOT && line.bytes[end - 3] !== ONE;
    write(writer, line, from, isMajor ? end - 2 : end);
  };
};

const DOT = 0x2e;
const ZERO = 0x30;
const ONE = 0x31;
const FIVE = 0x35;
