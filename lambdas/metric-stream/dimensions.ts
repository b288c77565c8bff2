import type { Dimensions } from './datum.ts';

/**
 * Compact JSON with the names in code-unit order, so that equal dimensions are equal text. Compact, because ClickHouse's
 * `simpleJSONExtractString` answers '' where a space follows the colon.
 */
export const dimensionsJson = (dimensions: Dimensions): string => {
  const names = Object.keys(dimensions);
  // One call takes half the time of two a dimension.
  if (isSorted(names)) return JSON.stringify(dimensions);
  // No object keeps this order: names that are whole numbers would come first.
  let json = '';
  for (const name of names.sort()) {
    json += `${json === '' ? '{' : ','}${JSON.stringify(name)}:${JSON.stringify(dimensions[name])}`;
  }
  return `${json}}`;
};

const isSorted = (names: readonly string[]): boolean => {
  for (let i = 1; i < names.length; i++) {
    if ((names[i - 1] as string) > (names[i] as string)) return false;
  }
  return true;
};
