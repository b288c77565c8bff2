import { albLine } from '../../../bin/local/samples/alb-lines.ts';
import { LOAD_BALANCERS } from '../../../bin/local/samples/alb-traffic.ts';
import { random } from '../../../bin/local/samples/random.ts';
import { albKey } from '../../../bin/local/samples/hour.ts';
import type { Scout } from '../../../bin/local/emulators/scout.ts';
import { attributesOf } from '../../../bin/local/emulators/scout/otlp.ts';

const [BALANCER] = LOAD_BALANCERS;
if (BALANCER === undefined) throw new Error('no load balancer to log');
const START = Date.UTC(2026, 0, 1);

export const ALB_KEY = albKey(random(1), BALANCER, START + 300_000);

/** An access log's text: one second a line; `change` alters the line of a number. */
export const albText = (
  lines: number,
  change: (line: string, number: number) => string = (line) => line,
): string =>
  Array.from({ length: lines }, (_, index) => {
    const line = albLine(random(index), BALANCER, (START + index * 1000) * 1000);
    return `${change(line, index + 1)}\n`;
  }).join('');

/** Puts a word into these lines' user agents, for a Scout to look for. */
export const marked =
  (word: string, ...lines: readonly number[]) =>
  (line: string, number: number): string =>
    lines.includes(number) ? line.replace(/" "([^"]*)" /, `" "$1 ${word}" `) : line;

/** The lines whose records Scout stored, by what their `log.record.uid` ends in; in order of arrival. */
export const storedLines = (scout: Scout): number[] =>
  scout.logs().map(({ record }) => {
    const uid = String(attributesOf(record.attributes)['log.record.uid']);
    return Number(uid.slice(uid.lastIndexOf(':') + 1));
  });

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
