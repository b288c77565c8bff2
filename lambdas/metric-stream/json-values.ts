/** The members of a JSON object. */
export type Members = Readonly<Record<string, unknown>>;

/** @throws Error that names the member, the value it has, and what would be right. */
export const refuse = (name: string, value: unknown, right: string): never => {
  throw new Error(`${brief(name)} is ${show(value)}; it must be ${right}`);
};

export const object = (name: string, value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Members)
    : refuse(name, value, 'an object');

/** Infinity is what JSON.parse makes of a number that a double cannot hold. */
export const finite = (name: string, value: unknown): number =>
  Number.isFinite(value) ? (value as number) : refuse(name, value, 'a finite number');

/** A string; also a number or a boolean, as text. */
export const text = (name: string, value: unknown): string => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : refuse(name, value, 'text');
};

const show = (value: unknown): string => {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return JSON.stringify(brief(value));
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  return Array.isArray(value) ? 'an array' : 'an object';
};

const brief = (text: string): string => (text.length > 64 ? `${text.slice(0, 64)}…` : text);
