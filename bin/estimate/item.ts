import { costOf, PRICE_LIST, type PriceName, type Prices } from '../../lib/prices.ts';
import type { StackSettings } from '../../lib/settings.ts';
import { SQS_REQUESTS_PER_OBJECT } from '../shared/measured.ts';
import { sumBy } from './sum-by.ts';

/** Dollars per month. */
export interface Sum {
  readonly aws: number;
  readonly scout: number;
  readonly dollars: number;
}

/** Dollars per month for one billed amount. */
export interface Charge {
  readonly price: PriceName;
  readonly quantity: number;
  readonly dollars: number;
}

/** One line of the bill. */
export interface Item extends Sum, Subject {
  readonly charges: readonly Charge[];
}

export interface Subject {
  readonly scope: 'metrics' | 'logs' | 'fixed';
  /** Namespace, load balancer, or part of the stack. */
  readonly name: string;
  readonly region?: string | undefined;
  /** The linked account that it is of. */
  readonly account?: string | undefined;
  readonly kind?: string | undefined;
  readonly metrics?: number;
  /** Log records or metric points sent to Scout. */
  readonly records: number;
}

export type Quantities = Readonly<Partial<Record<PriceName, number>>>;

export const itemOf = (subject: Subject, quantities: Quantities, prices: Prices): Item => {
  const charges = Object.entries(quantities)
    .filter(([, quantity]) => quantity > 0)
    .map(([name, quantity]): Charge => {
      const price = name as PriceName;
      return { price, quantity, dollars: costOf(price, quantity, prices) };
    });
  const dollarsTo = (payee: 'AWS' | 'Scout'): number =>
    sumBy(charges, ({ price, dollars }) => (PRICE_LIST[price].by === payee ? dollars : 0));
  const [aws, scout] = [dollarsTo('AWS'), dollarsTo('Scout')];
  return { ...subject, charges, aws, scout, dollars: aws + scout };
};

/** Bytes that an invocation logs: two lines of the function, and two of Lambda. */
const LOG_BYTES_PER_INVOCATION = 2_000;

/** What so many objects are billed for, whatever is in them; Lambda's seconds left out. */
export const objectRequests = (objects: number): Quantities => ({
  perMillionS3Puts: objects,
  perMillionS3Gets: objects,
  perMillionSqsRequests: SQS_REQUESTS_PER_OBJECT * objects,
  perMillionLambdaRequests: objects,
  perLogsGb: LOG_BYTES_PER_INVOCATION * objects,
});

const DAYS_PER_MONTH = 365 / 12;

/** How many months' objects the bucket holds at a time. */
export const monthsStored = ({ deleteProcessedFiles, bucketRetentionDays }: StackSettings): number =>
  deleteProcessedFiles ? 0 : bucketRetentionDays / DAYS_PER_MONTH;
