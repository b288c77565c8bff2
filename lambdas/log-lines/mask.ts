import type { AlbSettings } from '../function-settings.ts';
import { type Line, newSpan, type Span, spanOf } from './line.ts';
import type { LogSchema } from './schema.ts';
import { maskAddress, maskAddresses } from './mask-address.ts';
import { newRequestLine, splitAddress, splitRequest } from './request-line.ts';
import { unescape } from './unescape.ts';

/**
 * The line's text with its private parts masked. A text that is not a line (`isLine` is false) does not say where these
 * are: there everything that looks like an address is masked, and a query string goes on to the next quote.
 */
export type Mask = (line: Line, isLine: boolean) => Buffer;

/** Undefined if the settings keep everything. */
export const maskOf = (
  { addresses, request, urls }: Pick<LogSchema, 'addresses' | 'request' | 'urls'>,
  { queryStrings, clientAddress }: AlbSettings,
): Mask | undefined => {
  if (queryStrings === 'keep' && clientAddress === 'keep') return undefined;
  const maskUrl = URLS[queryStrings];
  const [maskHost, maskHosts] = clientAddress === 'mask' ? [maskAddress, maskAddresses] : [same, same];
  const port = newSpan();
  const parts = newRequestLine();

  return (line, isLine) => {
    const text = line.bytes.toString('latin1', 0, line.length);
    if (!isLine) return Buffer.from(maskHosts(text.replace(UNQUOTED, maskUrl)), 'latin1');

    const secrets: (Span & { readonly mask: (text: string) => string })[] = [];
    for (const { field, hasPort } of addresses) {
      const host = spanOf(line, field);
      if (hasPort) splitAddress(line.bytes, host.start, host.end, host, port);
      secrets.push({ ...host, mask: maskHost });
    }
    if (request !== undefined) {
      const { start, end } = spanOf(line, request);
      splitRequest(parts, line.bytes, start, end);
      secrets.push({ start, end: parts.url.end, mask: maskUrl });
    }
    secrets.push(...urls.map((url) => ({ ...spanOf(line, url), mask: maskUrl })));

    let masked = '';
    let done = 0;
    for (const { start, end, mask } of secrets.sort((a, b) => a.start - b.start)) {
      if (end <= done) continue;
      masked += text.slice(done, start) + mask(text.slice(start, end));
      done = end;
    }
    return Buffer.from(masked + text.slice(done), 'latin1');
  };
};

const same = (text: string): string => text;

/** A text between quotes; a quote behind a backslash is a part of it. */
const UNQUOTED = /[^"\\]*(?:\\.[^"\\]*)*/gs;

/** A text with a URL, with the query string masked: all from the first question mark on, however that is escaped. */
const URLS = {
  keep: same,
  drop: (text: string): string => text.slice(0, questionMark(text)[0]),
  /** Keeps the names. A text without a name, or in whose name another parameter may be hidden, counts as a value. */
  mask: (text: string): string => {
    const [, end] = questionMark(text);
    return text.slice(0, end) + text.slice(end).replace(/([^&=]*=)?[^&]*/g, maskParameter);
  },
};

/** From where to where the first question mark is, or the escape that it is written as. */
const questionMark = (text: string): readonly [start: number, end: number] => {
  const { bytes, size, starts } = unescape(Buffer.from(text, 'latin1'));
  const at = bytes.subarray(0, size).indexOf(QUESTION);
  return at < 0 ? [text.length, text.length] : [starts[at] as number, starts[at + 1] as number];
};

const maskParameter = (parameter: string, name = ''): string => {
  if (parameter === '') return '';
  const { bytes, size } = unescape(Buffer.from(name.slice(0, -1), 'latin1'));
  return SEPARATORS.some((separator) => bytes.subarray(0, size).includes(separator))
    ? 'REDACTED'
    : `${name}REDACTED`;
};

const QUESTION = 0x3f;
const SEPARATORS = Buffer.from('?&=#');
