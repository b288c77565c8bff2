import type { LogSchema } from './schema.ts';

/** The fields of an object that names them. */
export interface Columns {
  /** The schema's fields, and behind them others that the object has. */
  readonly names: readonly string[];
  /** The index of a field in `names`; undefined for a text that is no name, or one of too many. */
  readonly indexOf: (name: string) => number | undefined;
  /** Whether the schema has the field. */
  readonly isKnown: (name: string) => boolean;
}

/** More names than any log has. */
const MOST_NAMES = 512;
const NAME = /^[A-Za-z][\w:.()-]{0,63}$/;

/** Names are the same whatever their case and separators: AWS writes `client:port`, `client_port` and `CLIENT_PORT`. */
export const newColumns = ({ fields, aliases = {} }: LogSchema): Columns => {
  const names = [...new Set([...fields, ...Object.values(aliases)])];
  const indexes = new Map(names.map((name, i) => [folded(name), i]));
  for (const [alias, name] of Object.entries(aliases)) indexes.set(alias, names.indexOf(name));
  const known = new Set(indexes.keys());
  return {
    names,
    isKnown: (name) => known.has(folded(name)),
    indexOf: (name) => {
      const key = folded(name);
      const index = indexes.get(key);
      if (index !== undefined) return index;
      if (!NAME.test(name) || names.length >= MOST_NAMES) return undefined;
      indexes.set(key, names.length);
      return names.push(name) - 1;
    },
  };
};

export const isName = (text: string): boolean => NAME.test(text);

const folded = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
