import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A kind of value: what it must look like, in words, and how to read it from text (`-c`) or from JSON (`cdk.json`). */
export interface Value<T> {
  /** Completes "must be …" in messages and tables. */
  readonly expects: string;
  /** The value, or undefined where it is not what `expects` says. */
  readonly read: (raw: unknown) => T | undefined;
}

export const text = (pattern: RegExp, expects: string): Value<string> => ({
  expects,
  read: (raw) => {
    const value = typeof raw === 'number' ? String(raw) : raw;
    return typeof value === 'string' && pattern.test(value) ? value : undefined;
  },
});

export const boolean: Value<boolean> = {
  expects: 'true or false',
  read: (raw) => ({ true: true, false: false })[String(raw)],
};

export const numberFrom = (min: number, max: number): Value<number> => ({
  expects: `a number from ${min} to ${max}`,
  read: (raw) => within(min, max, raw),
});

export const integerFrom = (min: number, max: number): Value<number> => ({
  expects: `a whole number from ${min} to ${max}`,
  read: (raw) => {
    const value = within(min, max, raw);
    return Number.isInteger(value) ? value : undefined;
  },
});

export const oneOf = <T extends string | number>(...choices: readonly T[]): Value<T> => ({
  expects: choices.length === 2 ? choices.join(' or ') : `one of ${choices.join(', ')}`,
  read: (raw) => choices.find((choice) => String(choice) === String(raw)),
});

export const httpsUrl: Value<string> = {
  expects: 'an https: URL without user, query or fragment',
  read: (raw) => {
    const url = typeof raw === 'string' ? URL.parse(raw) : null;
    const bare = url !== null && url.username + url.password + url.search + url.hash === '';
    return bare && url.protocol === 'https:' ? String(raw) : undefined;
  },
};

export const regularExpression: Value<string> = {
  expects: 'a regular expression',
  read: (raw) => {
    try {
      return typeof raw === 'string' && new RegExp(raw) ? raw : undefined;
    } catch {
      return undefined;
    }
  },
};

/** A folder in a bucket: without `/` in front, with one at the end. */
export const keyPrefix: Value<string> = {
  expects: 'a prefix of keys, such as logs/prod/',
  read: (raw) => {
    const path = typeof raw === 'string' ? raw.replace(/^\/+|\/+$/g, '') : '';
    return path === '' ? undefined : `${path}/`;
  },
};

export const certificateFile: Value<string> = {
  expects: 'the path of a PEM file with certificates and no private key',
  read: (raw) => {
    try {
      const pem = readFileSync(String(raw), 'utf8');
      return new X509Certificate(pem).subject !== '' && !pem.includes('PRIVATE KEY')
        ? String(raw)
        : undefined;
    } catch {
      return undefined;
    }
  },
};

/** A JSON array, or text parted by commas. */
export const listOf = <T>(item: Value<T>, expects: string): Value<readonly T[]> => ({
  expects,
  read: (raw) => {
    const value = fromJson(raw);
    const items = Array.isArray(value) ? value : String(value).split(',').map(trimmed).filter(Boolean);
    const read = items.map((one: unknown) => item.read(one));
    return read.length > 0 && read.every((one) => one !== undefined) ? [...new Set(read)] : undefined;
  },
});

/** A JSON object whose values are text. */
export const textMap: Value<Readonly<Record<string, string>>> = {
  expects: 'a JSON object whose values are text',
  read: (raw) => {
    const value = fromJson(raw);
    return isObject(value) && Object.values(value).every((one) => typeof one === 'string')
      ? (value as Record<string, string>)
      : undefined;
  },
};

/** `k=v,k2=v2`, or the same as a JSON object. */
export const attributes: Value<string> = {
  expects: 'k=v,k2=v2',
  read: (raw) => {
    const map = textMap.read(raw);
    const pairs = map ? Object.entries(map).map((pair) => pair.join('=')) : String(raw).split(',');
    return pairs.every((pair) => /^[^=,]+=[^,]+$/.test(pair)) ? pairs.map(trimmed).join(',') : undefined;
  },
};

/** Parses text that is JSON; anything else stays as it is. */
export const fromJson = (raw: unknown): unknown => {
  if (typeof raw !== 'string') return raw;
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
};

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const within = (min: number, max: number, raw: unknown): number | undefined => {
  const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
  return typeof value === 'number' && value >= min && value <= max ? value : undefined;
};

const trimmed = (value: string): string => value.trim();
