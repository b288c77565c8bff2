/**
 * Compact JSON with the names in code-unit order, so that equal dimensions are equal text. Compact, because ClickHouse's
 * `simpleJSONExtractString` answers '' where a space follows the colon.
 */
export const dimensionsJson = (dimensions: Readonly<Record<string, string>>): string => {
  // By hand: an object would put names that are whole numbers first.
  let json = '';
  for (const name of Object.keys(dimensions).sort()) {
    json += `${json === '' ? '{' : ','}${JSON.stringify(name)}:${JSON.stringify(dimensions[name])}`;
  }
  return json === '' ? '{}' : `${json}}`;
};

/** Whether compact JSON of texts by name, without escapes, has its names in order, each once. */
export const isOrdered = (json: string): boolean => {
  let last = '';
  for (let start = 2; start < json.length;) {
    const end = json.indexOf('"', start);
    const name = json.slice(start, end);
    if (name <= last) return false;
    last = name;
    start = json.indexOf('"', end + 3) + 3;
  }
  return true;
};
