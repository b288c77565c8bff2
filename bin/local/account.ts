import { type Ledger, newLedger } from '../../lambdas/forwarding/ledger.ts';
import type { LogLine } from './emulators/lambda.ts';
import type { Input } from './inputs.ts';

/** What became of one object: the ledgers that the function logged, added up, and what else is known. */
export interface Account extends Ledger {
  readonly input: Input;
  /** Bytes of the object as it is in the bucket. */
  bytesIn: number;
  /** Time in which it was forwarded. */
  milliseconds: number;
  /** Whether the function logged an account of it. */
  isTold: boolean;
  /** Why the function skipped it. */
  skipped?: string;
  /** Why it, or the rest of it, was not delivered. */
  failure?: string;
  /** Reasons that the function gave with what it put into the dead-letter queue. */
  readonly deadLetters: string[];
}

export const openAccount = (input: Input): Account => ({
  input,
  ...newLedger(),
  bytesIn: 0,
  milliseconds: 0,
  isTold: false,
  deadLetters: [],
});

const SUMMED = [
  'read',
  'delivered',
  'rejected',
  'filtered',
  'continued',
  'bytes',
  'requests',
  'retries',
  'milliseconds',
  'bytesIn',
] as const;

export type Totals = Readonly<Record<(typeof SUMMED)[number], number>>;

/** Messages of the line that a function logs of an object. */
const OUTCOMES = new Set<unknown>(['forwarded', 'not delivered', 'dead letter', 'skipped']);

/** Adds a log line to the account of the object that it names. */
export const enter = (accounts: ReadonlyMap<string, Account>, { message }: LogLine): void => {
  const line = message as Readonly<Record<string, unknown>> | null;
  const account = accounts.get(String(line?.['key']));
  if (account === undefined) return;
  if (!OUTCOMES.has(line?.['message'])) return;
  if (line?.['message'] === 'skipped') account.skipped = String(line['reason']);
  account.isTold = true;
  for (const name of SUMMED) account[name] += Number(line?.[name] ?? 0);
};

/** The sums of several accounts. */
export const totals = (accounts: readonly Account[]): Totals =>
  Object.fromEntries(
    SUMMED.map((name) => [name, accounts.reduce((sum, account) => sum + account[name], 0)]),
  ) as Totals;
