import type { Format, FormatOf } from '../format.ts';
import { FUNCTION_SETTINGS, type LineSettings } from '../function-settings.ts';
import { lineFormat } from './format.ts';
import { unusedSettings } from './unused-settings.ts';
import { type LogKinds, nameOf } from './log-kind.ts';

/**
 * The formats of the kinds that the settings turn on. The name of an object says its kind; under any other name that a
 * log can have, the content says which of these kinds it is.
 * @param kinds every kind
 * @throws Error naming the settings that apply to none of these kinds
 */
export const logFormats = (kinds: LogKinds, settings: LineSettings): FormatOf => {
  const turnedOn = Object.fromEntries(
    Object.entries(kinds).filter(([name]) => settings.logKinds.includes(name)),
  );
  const faults = unusedSettings(
    turnedOn,
    settings.alb,
    'LOG_KINDS',
    (setting) => FUNCTION_SETTINGS.alb[setting].env,
  );
  if (faults.length > 0) throw new Error(`invalid settings: ${faults.join('. ')}.`);
  const byContent = lineFormat(turnedOn, settings, kinds);
  const byName = new Map<string, Format>(
    Object.entries(turnedOn).map(([name, kind]) => [name, lineFormat({ [name]: kind }, settings, kinds)]),
  );
  return (key, size) => {
    const skip = skipReason(key, size);
    if (skip !== undefined) return { skip };
    const name = kindOf(kinds, key);
    if (name === undefined) return byContent;
    return byName.get(name) ?? { skip: `log of the kind ${name}, which LOG_KINDS does not turn on` };
  };
};

/** Why an object is not forwarded whatever the settings: it is not a log, by its name and size in bytes. */
export const skipReason = (key: string, size: number | undefined): string | undefined => {
  if (size === 0) return 'zero-byte object';
  const name = nameOf(key);
  if (TEST_FILE.test(name)) return 'test file that Elastic Load Balancing writes when logs are turned on';
  return LOG.test(name) ? undefined : `neither ${ENDINGS.map((ending) => `*.${ending}`).join(' nor ')}`;
};

/** The kind that an object's name says. */
export const kindOf = (kinds: LogKinds, key: string): string | undefined =>
  Object.entries(kinds).find(([, { objectName }]) => objectName.test(nameOf(key)))?.[0];

/** A load balancer may be named so too: its name is never at the beginning. */
const TEST_FILE = /^ELB\w*LogTestFile/;

/** How the names of logs end, under AWS's names and those of copies; Parquet is refused with a reason. */
const ENDINGS = ['log', 'gz', 'json', 'parquet'];
const LOG = new RegExp(`\\.(?:${ENDINGS.join('|')})$`);
