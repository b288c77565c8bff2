import * as fc from 'fast-check';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const htmlEntities = (text: string): string =>
  Array.from(text)
    .map((character) => `&#x${character.codePointAt(0)?.toString(16)};`)
    .join('');
const jsonUnits = (text: string): string =>
  text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
const everyByte = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

/** How the other side may write a secret. */
export const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  json: (text) => JSON.stringify(text),
  'json in json': (text) => JSON.stringify(JSON.stringify(text)),
  '\\u escapes': jsonUnits,
  percent: encodeURIComponent,
  'percent of every byte': everyByte,
  'percent twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  form: (text) => String(new URLSearchParams({ a: text })),
  html: htmlEntities,
  base64,
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64 of something longer': (text) => base64(`id:${text}:x`),
  'base64 in a longer word': (text) => `abcde${base64(text)}`,
  'base64 on several lines': (text) => base64(`user:${text}`).replaceAll(/.{20}/g, '$&\n'),
  'base64 of a form': (text) => base64(String(new URLSearchParams({ a: text }))),
  'base64 in percent': (text) => encodeURIComponent(base64(text)),
  hexadecimal: (text) => Buffer.from(text).toString('hex'),
  'upper case': (text) => text.toUpperCase(),
  'space between the letters': (text) => Array.from(text).join(' '),
};

/** Texts that are secrets: not words of the messages. */
export const secretText = fc
  .string({ unit: 'binary', minLength: 10, maxLength: 60 })
  .map((text) => text.toWellFormed().replaceAll(/[\s\p{Cc}*]/gu, '-'));
export const tokenText = fc.stringMatching(/^[A-Za-z0-9_-]{12,40}\.[A-Za-z0-9_-]{30,900}$/);
