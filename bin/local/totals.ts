import { type Ledger, newLedger } from '../../lambdas/forwarding/ledger.ts';
import type { LogLine } from './emulators/lambda.ts';

/** Sums of the ledgers that a function logged, one per object. */
export interface Account extends Ledger {
  objects: number;
  /** Keys of which the function has given an account. */
  readonly keys: Set<unknown>;
  /** Objects of kinds that are not forwarded. */
  skipped: number;
  /** Bytes of the objects as they lie in the bucket. */
  bytesIn: number;
  /** Time in which the objects were forwarded. */
  milliseconds: number;
}

export const openAccount = (): Account => ({
  ...newLedger(),
  objects: 0,
  keys: new Set(),
  skipped: 0,
  bytesIn: 0,
  milliseconds: 0,
});

const LOGGED = [
  'read',
  'delivered',
  'rejected',
  'filtered',
  'continued',
  'bytes',
  'requests',
  'retries',
  'milliseconds',
] as const;

/** Messages of the line that a function logs of an object. */
const OUTCOMES = new Set<unknown>(['forwarded', 'not delivered', 'dead letter', 'skipped']);

/** Adds a log line to the account, if it tells what became of an object. */
export const enter = (account: Account, { message }: LogLine): void => {
  const line = message as Readonly<Record<string, unknown>> | null;
  if (!OUTCOMES.has(line?.['message'])) return;
  account.keys.add(line?.['key']);
  if (line?.['message'] === 'skipped') account.skipped++;
  for (const name of LOGGED) account[name] += Number(line?.[name] ?? 0);
};
