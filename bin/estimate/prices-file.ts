import { readFileSync } from 'node:fs';
import { parseJson } from '../../lambdas/parse-json.ts';
import { PRICES, type PriceName, type Prices } from '../../lib/prices.ts';
import { UsageError } from '../shared/command-line.ts';

/** The list prices, or instead of some of them those of a JSON file. @throws UsageError naming all that is wrong */
export const readPrices = (path: string | undefined): Prices => {
  if (path === undefined) return PRICES;
  const given = readObject(path);
  const faults = Object.entries(given).flatMap(([name, dollars]) => {
    if (!Object.hasOwn(PRICES, name))
      return [`there is no price ${name}; the names are ${Object.keys(PRICES).join(', ')}`];
    return typeof dollars === 'number' && Number.isFinite(dollars) && dollars >= 0
      ? []
      : [`${name} is ${JSON.stringify(dollars)}; it must be a number of dollars, 0 or more`];
  });
  if (faults.length > 0) throw new UsageError(`--prices ${path}: ${faults.join('. ')}`);
  return { ...PRICES, ...(given as Partial<Record<PriceName, number>>) };
};

const readObject = (path: string): object => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--prices ${path} cannot be read: ${(error as Error).message}`);
  }
  const json = parseJson(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new UsageError(
      `--prices ${path} is not a JSON object; it must be one such as {"perGbOut": ${PRICES.perGbOut}}`,
    );
  return json;
};
