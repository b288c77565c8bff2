import 'uplot/dist/uPlot.min.css';
import './page.css';
import type { PageResult, SetSwitch } from '../result.ts';
import { drawCharts, resizeCharts } from './charts.ts';
import { byId, h } from './html.ts';
import { showLines } from './pair.ts';
import { forgetBase, showTotals, summary } from './totals.ts';

const TYPING_MS = 400;

let latest = 0;
let shown: PageResult | undefined;
let switches: readonly SetSwitch[] = [];

const form = byId('settings') as HTMLFormElement;
const status = byId('status');

const settings = (): Readonly<Record<string, string>> =>
  Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value as string]));

/** Forwards everything under the settings of the form, and shows the result unless a later one has begun. */
const run = async (): Promise<void> => {
  const own = ++latest;
  showBusy();
  try {
    const started = performance.now();
    const result = (await post('run', JSON.stringify(settings()))) as PageResult;
    if (own !== latest) return;
    show(result);
    status.textContent = `${summary(result)} (${((performance.now() - started) / 1000).toFixed(1)} s)`;
  } catch (error) {
    if (own === latest) fail(error);
  } finally {
    if (own === latest) document.body.removeAttribute('aria-busy');
  }
};

const showBusy = (): void => {
  status.classList.remove('error');
  status.textContent = 'Forwarding…';
  document.body.setAttribute('aria-busy', 'true');
  showCommand();
};

const show = (result: PageResult): void => {
  shown = result;
  byId('source').textContent = result.source;
  showTotals(result);
  showLines(result.lines);
  drawCharts(result.requests, result.latency);
};

const fail = (error: unknown): void => {
  status.classList.add('error');
  status.textContent = error instanceof Error ? error.message : String(error);
};

const post = async (path: string, body: BodyInit): Promise<unknown> => {
  const response = await fetch(path, { method: 'POST', body });
  const reply = (await response.json()) as { readonly error?: string };
  if (!response.ok) throw new Error(reply.error ?? `the server responded ${response.status}`);
  return reply;
};

/** A variable's name as the stack has it: `ALB_BODY` is `albBody`. */
const contextKey = (name: string): string =>
  name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The settings that differ from the functions' defaults, or from those that the page began with. */
const showCommand = (): void => {
  const changed = Object.entries(settings()).filter(([name, value]) => {
    const one = switches.find((one) => one.name === name);
    return value !== '' && (value !== one?.choices?.[0]?.[0] || value !== one.value);
  });
  byId('command').textContent = [
    'npx cdk deploy',
    ...changed.map(([name, value]) => `-c '${contextKey(name)}=${value.replaceAll("'", String.raw`'\''`)}'`),
  ].join(' ');
};

const field = ({ name, label, choices, placeholder = '', value }: SetSwitch): HTMLElement =>
  h(
    'label',
    {},
    label,
    choices === undefined
      ? h('input', { name, placeholder, value, autocomplete: 'off', spellcheck: 'false' })
      : h(
          'select',
          { name, autocomplete: 'off' },
          ...choices.map(([choice, text]) =>
            h('option', { value: choice, selected: choice === value }, text),
          ),
        ),
  );

const forward = async (file: File): Promise<void> => {
  try {
    status.textContent = `Reading ${file.name}…`;
    await post(`file?name=${encodeURIComponent(file.name)}`, file);
    forgetBase();
    await run();
  } catch (error) {
    fail(error);
  }
};

const listen = (): void => {
  let timer = 0;
  form.addEventListener('input', ({ target }) => {
    clearTimeout(timer);
    showBusy();
    timer = window.setTimeout(() => void run(), target instanceof HTMLSelectElement ? 0 : TYPING_MS);
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  const file = byId('file') as HTMLInputElement;
  file.addEventListener('change', () => {
    const [chosen] = file.files ?? [];
    if (chosen !== undefined) void forward(chosen);
  });
  // Anywhere on the page, so that a file that misses the field does not replace the page.
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    const [dropped] = event.dataTransfer?.files ?? [];
    if (dropped !== undefined) void forward(dropped);
  });
  window.addEventListener('resize', resizeCharts);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    if (shown !== undefined) drawCharts(shown.requests, shown.latency);
  });
};

switches = (await (await fetch('switches')).json()) as readonly SetSwitch[];
form.replaceChildren(...switches.map(field));
listen();
await run();
