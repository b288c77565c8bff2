/** The value of JSON text; undefined for any other text. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The members of a JSON object; none for any other text. */
export const parseJsonObject = (text: string): Readonly<Record<string, unknown>> => ({
  ...(parseJson(text) as object | null | undefined),
});
