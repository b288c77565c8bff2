/** Where the JSON value ends that begins at `start`, by its brackets alone; the text's end if nothing ends it. */
export const valueEnd = (text: string, start: number): number => {
  let depth = 0;
  for (const { char, end } of tokens(text, start)) {
    const nesting = NESTING.get(char);
    if (nesting !== undefined && (depth += nesting) <= 0) return end;
  }
  return text.length;
};

/** Names of the members of the object that `text` begins with, as far as the text goes. */
export const memberNames = (text: string): ReadonlySet<string> => {
  const names = new Set<string>();
  let depth = 0;
  let string = '';
  for (const { char, start, end } of tokens(text, 0)) {
    if (char === '"') string = text.slice(start + 1, end - 1);
    else if (char === ':' && depth === 1) names.add(string);
    else if ((depth += NESTING.get(char) ?? 0) <= 0) break;
  }
  return names;
};

interface Token {
  readonly char: string;
  readonly start: number;
  readonly end: number;
}

const NESTING: ReadonlyMap<string, number> = new Map([
  ['{', 1],
  ['[', 1],
  ['}', -1],
  [']', -1],
]);

/** Brackets, braces, colons, and strings from quote to quote. */
function* tokens(text: string, from: number): Generator<Token> {
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    const start = at;
    if (char === '"') at = closingQuote(text, at);
    if (char === '"' || char === ':' || NESTING.has(char)) yield { char, start, end: at + 1 };
  }
}

const closingQuote = (text: string, quote: number): number => {
  let at = quote + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
};
