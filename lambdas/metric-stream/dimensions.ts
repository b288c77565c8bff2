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

/** The same of compact JSON without escapes, which mostly is sorted. */
export const sortedDimensions = (json: string): string => {
  if (isSorted(json)) return json;
  const members = new Map<string, string>();
  for (let start = 2; start < json.length;) {
    const end = json.indexOf('"', start);
    const valueEnd = json.indexOf('"', end + 3);
    members.set(json.slice(start, end), json.slice(start - 1, valueEnd + 1));
    start = valueEnd + 3;
  }
  const names = Array.from(members.keys()).sort();
  return `{${names.map((name) => members.get(name)).join(',')}}`;
};

/** Whether the names are in order, each once. */
const isSorted = (json: string): boolean => {
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
