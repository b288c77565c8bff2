import { newSpan, type Span } from './line.ts';

/** Memory for the parts of a `request` field. */
export const newRequestLine = () => ({
  method: newSpan(),
  url: newSpan(),
  /** `HTTP/1.1` and the like. */
  protocol: newSpan(),
  scheme: newSpan(),
  host: newSpan(),
  port: newSpan(),
  path: newSpan(),
  /** Without its question mark. */
  query: newSpan(),
});
export type RequestLine = ReturnType<typeof newRequestLine>;

/**
 * Splits a `request` field. The URL is what stands between the method and the protocol, spaces included; clients send
 * anything, so it is cut as it was logged, without a parser that would refuse or change it. Where a request could not
 * be read the load balancer logs `- http://host:80- -`, `- http://host:80-/ `, `- - - ` and the like. Spaces at the end
 * say nothing.
 */
export const splitRequest = (request: RequestLine, bytes: Uint8Array, start: number, until: number): void => {
  let end = until;
  while (end > start && bytes[end - 1] === SPACE) end--;
  const space = find(bytes, SPACE, start, end);
  set(request.method, start, space);
  const last = findLast(bytes, SPACE, space, end);
  const isProtocol = last >= 0 && looksLikeProtocol(bytes, last + 1, end);
  set(request.protocol, isProtocol ? last + 1 : end, end);
  set(request.url, Math.min(space + 1, end), isProtocol ? last : end);
  splitUrl(request, bytes);
};

/** Splits `host:port` at the last colon: IPv6 addresses come without brackets, or with them. */
export const splitAddress = (bytes: Uint8Array, start: number, end: number, host: Span, port: Span): void => {
  const colon = findLast(bytes, COLON, start, end);
  const bracketed = bytes[end - 1] === CLOSE;
  const split = colon < 0 || bracketed ? end : colon;
  set(port, Math.min(split + 1, end), end);
  if (bytes[start] === OPEN && bytes[split - 1] === CLOSE) set(host, start + 1, split - 1);
  else set(host, start, split);
};

const set = (target: Span, start: number, end: number): void => {
  target.start = start;
  target.end = Math.max(start, end);
};

const splitUrl = ({ url, scheme, host, port, path, query }: RequestLine, bytes: Uint8Array): void => {
  const { start, end } = url;
  const hash = find(bytes, HASH, start, end);
  const mark = find(bytes, QUESTION, start, hash);
  set(query, Math.min(mark + 1, hash), hash);
  const colon = find(bytes, COLON, start, mark);
  const absolute = bytes[colon + 1] === SLASH && bytes[colon + 2] === SLASH && colon + 2 < mark;
  if (!absolute) {
    for (const part of [scheme, host, port]) set(part, start, start);
    set(path, start, bytes[start] === SLASH ? mark : start);
    return;
  }
  set(scheme, start, colon);
  const authority = colon + 3;
  const slash = find(bytes, SLASH, authority, mark);
  set(path, slash, mark);
  // The dash of a path that could not be read.
  const authorityEnd = bytes[slash - 1] === DASH ? slash - 1 : slash;
  splitAddress(
    bytes,
    findLast(bytes, AT, authority, authorityEnd) + 1 || authority,
    authorityEnd,
    host,
    port,
  );
  if (hasStrayColon(bytes, host)) set(host, host.start, host.start);
};

/** Whether this is neither a name nor an IPv6 address, which has two colons at least. */
const hasStrayColon = (bytes: Uint8Array, { start, end }: Span): boolean => {
  const first = find(bytes, COLON, start, end);
  if (first === end) return false;
  return (
    findLast(bytes, COLON, start, end) === first || bytes.subarray(start, end).some((byte) => !IPV6[byte])
  );
};

const looksLikeProtocol = (bytes: Uint8Array, start: number, end: number): boolean => {
  if (end - start === 1) return bytes[start] === DASH;
  return end - start <= 'HTTP/1.1'.length && HTTP.every((byte, i) => bytes[start + i] === byte);
};

const find = (bytes: Uint8Array, byte: number, start: number, end: number): number => {
  let at = start;
  while (at < end && bytes[at] !== byte) at++;
  return at;
};

const findLast = (bytes: Uint8Array, byte: number, start: number, end: number): number => {
  let at = end - 1;
  while (at >= start && bytes[at] !== byte) at--;
  return at < start ? -1 : at;
};

const HTTP = Buffer.from('HTTP/');
/** An IPv4 address may be written within an IPv6 one. */
const IPV6 = Array.from({ length: 256 }, (_, byte) => /[\da-f:.]/i.test(String.fromCharCode(byte)));
const SPACE = 0x20;
const HASH = 0x23;
const DASH = 0x2d;
const SLASH = 0x2f;
const COLON = 0x3a;
const QUESTION = 0x3f;
const AT = 0x40;
const OPEN = 0x5b;
const CLOSE = 0x5d;
