import type { AlbSettings } from '../function-settings.ts';
import { type Line, type Span, spanOf } from './tokenize.ts';
import type { LogSchema } from './schema.ts';
import { maskAddress, maskAddresses } from './mask-address.ts';
import { newRequestLine, splitAddress, splitRequest } from './request-line.ts';

/**
 * The line's text with what is private masked. In what is no line (`isLine` is false) nothing says where that is:
 * whatever looks like an address is masked, and a query string is what follows a question mark up to the next quote.
 */
export type Mask = (line: Line, isLine: boolean) => Buffer;

/** Undefined if everything is to be kept. */
export const maskOf = (
  { client, request, urls }: LogSchema,
  { queryStrings, clientAddress }: AlbSettings,
): Mask | undefined => {
  if (queryStrings === 'keep' && clientAddress === 'keep') return undefined;
  const maskUrl = URLS[queryStrings];
  const [maskHost, maskHosts] = clientAddress === 'mask' ? [maskAddress, maskAddresses] : [same, same];
  const host: Span = { start: 0, end: 0 };
  const port: Span = { start: 0, end: 0 };
  const parts = newRequestLine();

  return (line, isLine) => {
    const text = line.bytes.toString('latin1', 0, line.length);
    if (!isLine) return Buffer.from(maskHosts(text.replace(/\?[^"]*/g, maskUrl)), 'latin1');

    let masked = '';
    let done = 0;
    const replace = (start: number, end: number, mask: (text: string) => string): void => {
      if (end <= done) return;
      masked += text.slice(done, start) + mask(text.slice(start, end));
      done = end;
    };
    const { start, end } = spanOf(line, client.field);
    if (client.hasPort) splitAddress(line.bytes, start, end, host, port);
    replace(client.hasPort ? host.start : start, client.hasPort ? host.end : end, maskHost);
    if (request !== undefined) {
      const { start, end } = spanOf(line, request);
      splitRequest(parts, line.bytes, start, end);
      replace(start, parts.url.end, maskUrl);
    }
    for (const url of urls) {
      const { start, end } = spanOf(line, url);
      replace(start, end, maskUrl);
    }
    return Buffer.from(masked + text.slice(done), 'latin1');
  };
};

const same = (text: string): string => text;

/** What becomes of a text with a URL, from its question mark on. */
const URLS = {
  keep: same,
  drop: (text: string): string => text.replace(/\?.*$/s, ''),
  /** Names are kept; what has no name is taken for a value. */
  mask: (text: string): string =>
    text.replace(/\?(.*)$/s, (_, query: string) => `?${query.replace(/([^&=]*=)?[^&]*/g, maskParameter)}`),
};

const maskParameter = (parameter: string, name = ''): string => (parameter === '' ? '' : `${name}REDACTED`);
