import { parseJson } from './parse-json.ts';
import { http } from './runtime/node-http.ts';

/** Reads the text of a setting: an environment variable, or a context key of the stack. */
export interface Parser<T> {
  /** Completes "it must be …" in messages, and stands in docs/settings.md. */
  readonly expected: string;
  /** The value, or undefined where the text is not what `expected` says. The text is trimmed and not empty. */
  readonly parse: (text: string) => T | undefined;
  /** A wrong text as a message may show it; by default as `shown` does. */
  readonly show?: (text: string) => string;
}

/** A text in quotes, without the user, query and fragment of a URL in it: these may be secret. */
export const shown = (text: string): string =>
  JSON.stringify(
    text
      .replace(/:\/\/[^\s"]*(?:@|%(?:25)*40)/gi, '://***@')
      .replace(/(:\/\/[^\s"?#]*[?#])[^\s"]+/g, '$1***'),
  );

export const matching = (pattern: RegExp, expected: string): Parser<string> => ({
  expected,
  parse: (text) => (pattern.test(text) ? text : undefined),
});

export const anyText = matching(/^/, 'text');

export const flag: Parser<boolean> = {
  expected: 'true or false',
  parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
};

export const oneOf = <T extends string | number>(...choices: readonly T[]): Parser<T> => ({
  expected: choices.length === 2 ? choices.join(' or ') : `one of ${choices.join(', ')}`,
  parse: (text) => choices.find((choice) => String(choice) === text),
});

export const integer = (least: number, most: number): Parser<number> => ({
  expected: `a whole number from ${least} to ${most}`,
  parse: (text) => within(least, most, /^\d+$/.test(text) ? Number(text) : NaN),
});

export const decimal = (least: number, most: number): Parser<number> => ({
  expected: `a number from ${least} to ${most}`,
  parse: (text) => within(least, most, /^\d*\.?\d+(?:e-\d+)?$/.test(text) ? Number(text) : NaN),
});

/** Items separated by commas, or a JSON array; each item once. */
export const commaSeparated = <T>(item: Parser<T>, expected: string): Parser<readonly T[]> => ({
  expected,
  parse: (text) => {
    const json = parseJson(text);
    const items = Array.isArray(json) ? json.map(String) : text.split(',');
    return all([...new Set(items.map((one) => item.parse(one.trim())))]);
  },
});

/** The values, if there are any and none is undefined. */
export const all = <T>(values: readonly (T | undefined)[]): readonly T[] | undefined =>
  values.length > 0 && values.every((value) => value !== undefined) ? values : undefined;

export const regularExpression: Parser<RegExp> = {
  expected: 'a regular expression',
  parse: (text) => {
    try {
      return new RegExp(text);
    } catch {
      return undefined;
    }
  },
};

/** A URL whose password or query, if it wrongly has one, is not shown. */
export const url = (expected: string): Parser<string> => ({
  expected: `${expected}, an https: URL without user, query or fragment (http: only to loopback)`,
  parse: (text) => {
    const read = URL.parse(text);
    if (read === null || read.username !== '' || read.password !== '' || /[?#]/.test(text)) return undefined;
    return read.protocol === 'https:' || isLoopback(read) ? text : undefined;
  },
  show: (text) =>
    JSON.stringify(
      text.replace(/^([a-z]+:\/\/)?.*(?:@|%(?:25)*40)/is, '$1***@').replace(/([?#]).+$/s, '$1***'),
    ),
});

/** A base URL; the paths of OTLP's signals at its end are dropped. */
export const baseUrl = (expected: string): Parser<string> => {
  const parser = url(expected);
  return {
    ...parser,
    parse: (text) => parser.parse(text.replace(/\/*(?:\/v1\/(?:metrics|logs))?\/*$/, '')),
  };
};

/** A JSON object of HTTP headers. */
export const headers: Parser<Readonly<Record<string, string>>> = {
  expected: 'a JSON object of header names and text values',
  parse: (text) => {
    const map = textMap(text);
    const entries = Object.entries(map ?? {}).map(([name, value]) => [name, value.trim()] as const);
    try {
      for (const [name, value] of entries) {
        http.validateHeaderName(name);
        http.validateHeaderValue(name, value);
      }
      return map && Object.fromEntries(entries);
    } catch {
      return undefined;
    }
  },
};

/** `k=v,k2=v2`, or a JSON object, whose values may hold commas. */
export const pairs: Parser<Readonly<Record<string, string>>> = {
  expected: 'pairs such as team=web,tier=1, or a JSON object whose values are text',
  parse: (text) => {
    const entries = Object.entries(textMap(text) ?? {});
    if (entries.length === 0) entries.push(...text.split(',').map(pair));
    return entries.some(([name]) => name === '') ? undefined : Object.fromEntries(entries);
  },
};

/** A text, or texts by account id with a default for every other account. */
export type ByAccount = string | { readonly default: string; readonly [account: string]: string };

/** @param fallback for the other accounts, where the JSON does not say */
export const byAccount = (fallback: string): Parser<ByAccount> => ({
  expected: 'a text, or JSON by account such as {"123456789012":"staging","default":"production"}',
  parse: (text) => {
    if (!/^["[{]/.test(text)) return text;
    const map = textMap(text) ?? {};
    const entries = Object.entries(map);
    const isRight = entries.every(([key, value]) => /^(?:\d{12}|default)$/.test(key) && value.trim() !== '');
    return entries.length > 0 && isRight ? { ...map, default: map['default'] ?? fallback } : undefined;
  },
});

const textMap = (text: string): Record<string, string> | undefined => {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.values(value).every((one) => typeof one === 'string') ? { ...value } : undefined;
};

const pair = (text: string): [string, string] => {
  const at = text.indexOf('=');
  return [text.slice(0, Math.max(at, 0)).trim(), text.slice(at + 1).trim()];
};

const within = (least: number, most: number, value: number): number | undefined =>
  value >= least && value <= most ? value : undefined;

const isLoopback = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
