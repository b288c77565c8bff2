import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { commaSeparated, matching, type Parser } from '../../lambdas/setting-parsers.ts';

/** Texts of one pattern, separated by commas. */
export const listOf = (pattern: RegExp, expected: string): Parser<readonly string[]> =>
  commaSeparated(matching(pattern, ''), `${expected}, separated by commas`);

/** A folder in a bucket: without `/` in front, with one at the end. */
export const keyPrefix: Parser<string> = {
  expected: 'a prefix of keys, such as logs/prod/',
  parse: (text) => {
    const path = text.replace(/^\/+|\/+$/g, '');
    return path === '' ? undefined : `${path}/`;
  },
};

export const certificateFile: Parser<string> = {
  expected: 'the path of a PEM file with certificates and no private key',
  parse: (path) => {
    try {
      const pem = readFileSync(path, 'utf8');
      return new X509Certificate(pem).subject !== '' && !pem.includes('PRIVATE KEY') ? path : undefined;
    } catch {
      return undefined;
    }
  },
};
