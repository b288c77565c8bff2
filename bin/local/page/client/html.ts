type Child = Node | string;

/** An element with these attributes (true: without a value; false: none) and children. */
export const h = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | boolean>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== false) element.setAttribute(name, value === true ? '' : value);
  element.append(...children);
  return element;
};

/** The element with this id. @throws Error if the page has none */
export const byId = (id: string): HTMLElement => {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
};

/** A table whose first row and first column are headers; all other columns are numbers. */
export const table = (caption: string, rows: readonly (readonly string[])[]): HTMLTableElement => {
  const [head = [], ...body] = rows;
  return h(
    'table',
    {},
    h('caption', {}, caption),
    h('thead', {}, h('tr', {}, ...head.map((cell) => h('th', { scope: 'col' }, cell)))),
    h(
      'tbody',
      {},
      ...body.map(([title = '', ...cells]) =>
        h('tr', {}, h('th', { scope: 'row' }, title), ...cells.map((cell) => h('td', {}, cell))),
      ),
    ),
  );
};
