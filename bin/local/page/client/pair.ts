import type { PageLine } from '../result.ts';
import { byId, h } from './html.ts';

let chosen = 0;

/** Shows the lines as radio buttons, grouped by kind, and what Scout gets for the chosen one. */
export const showLines = (lines: readonly PageLine[]): void => {
  const list = byId('lines');
  const hadFocus = list.contains(document.activeElement);
  const { scrollTop } = list;
  const groups = Map.groupBy(
    lines.map((line, index) => ({ line, index })),
    ({ line }) => line.kind,
  );
  chosen = Math.min(chosen, Math.max(0, lines.length - 1));
  list.replaceChildren(
    h('legend', {}, 'Lines'),
    ...[...groups].flatMap(([kind, own]) => [
      h('h3', {}, kind),
      ...own.map(({ line, index }) => lineChoice(line, index)),
    ]),
  );
  list.scrollTop = scrollTop;
  if (hadFocus) list.querySelector<HTMLInputElement>('input:checked')?.focus();
  showSent(lines[chosen]);
};

const lineChoice = (line: PageLine, index: number): HTMLElement => {
  const { text, outcome, place } = line;
  const radio = h('input', { type: 'radio', name: 'line', checked: index === chosen });
  radio.addEventListener('change', () => {
    chosen = index;
    showSent(line);
  });
  return h(
    'label',
    { class: `line ${outcome.replace(' ', '-')}`, title: place },
    radio,
    h('span', { class: 'outcome' }, outcome === 'delivered' ? '' : outcome),
    h('code', {}, text.slice(0, 400)),
  );
};

const showSent = (line: PageLine | undefined): void => {
  const article = byId('sent');
  if (line === undefined) return article.replaceChildren(h('p', {}, 'No line was read.'));
  const { place, text, outcome, reason, sent } = line;
  const nothing =
    outcome === 'rejected'
      ? `Rejected, and stored with the reason: ${reason}`
      : 'Left out by the settings: nothing is sent for this line.';
  article.replaceChildren(
    h('p', { class: 'note' }, place),
    h('pre', { tabindex: '0' }, text),
    ...(sent.length > 0 ? [] : [h('p', { class: 'nothing' }, nothing)]),
    ...sent.flatMap(({ is, fields, attributes, scope, resource }) => [
      h('h3', {}, `becomes this ${is}`),
      pairs(
        'Fields',
        fields.filter(([name]) => name !== 'body'),
      ),
      pairs('Attributes', attributes),
      pairs('Scope', scope),
      pairs('Resource', resource),
      ...fields.filter(([name]) => name === 'body').map((body) => pairs('Body', [body])),
    ]),
  );
};

const pairs = (caption: string, fields: PageLine['sent'][number]['fields']): HTMLElement =>
  h(
    'table',
    { class: 'fields' },
    h('caption', {}, `${caption} (${fields.length})`),
    h(
      'tbody',
      {},
      ...fields.map(([name, value]) =>
        h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, h('code', {}, value))),
      ),
    ),
  );
