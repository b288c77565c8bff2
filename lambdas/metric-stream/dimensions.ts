import type { Dimension } from './identity.ts';

/**
 * Compact JSON, which is equal for equal dimensions. Compact, because ClickHouse's `simpleJSONExtractString` returns ''
 * where a space follows the colon. By hand: an object would put names that are whole numbers first.
 */
export const dimensionsJson = (sorted: readonly Dimension[]): string =>
  `{${sorted.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
