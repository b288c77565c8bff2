import { createHash } from 'node:crypto';
import {
  type Fragment,
  attributeName,
  doubleAttribute,
  fixedAttribute,
  fragment,
  writeFragment,
} from '../otlp/log-attributes.ts';
import { ProtobufWriter } from '../otlp/protobuf.ts';

/** Of OpenTelemetry's 56 bits of randomness the first 48, which a double holds exactly. */
const DIGITS = 12;
const LIMIT = 2 ** (4 * DIGITS);
/** The last 56 bits of a trace id are random, of which the first 48 count. */
const RANDOM_FROM = 32 - 14;

/** Decides by a record's trace id, or by its uid where it has none, and returns the attributes of a record that is kept. */
export type Sampler = (traceId: string | undefined, uid: string) => Fragment | undefined;

/**
 * Keeps a share of records by OpenTelemetry's consistent probability sampling
 * (https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/): those whose randomness reaches a
 * threshold, so that every sampler with the same or a higher rate, of spans too, keeps the same traces. Each has the
 * attribute `sampling.threshold`, as the Collector's probabilistic sampler writes it, and `sampling.rate`, so that one
 * record stands for 1 / rate.
 */
export const sampler = (rate: number): Sampler => {
  const threshold = Math.round((1 - rate) * LIMIT);
  const hex = threshold.toString(16).padStart(DIGITS, '0').replace(/0+$/, '') || '0';
  const writer = new ProtobufWriter();
  writeFragment(writer, fixedAttribute('sampling.threshold', hex));
  doubleAttribute(writer, attributeName('sampling.rate'), rate);
  const attributes = fragment(writer.written());
  return (traceId, uid) => {
    const digits = traceId?.slice(RANDOM_FROM) ?? createHash('sha256').update(uid).digest('hex');
    return Number.parseInt(digits.slice(0, DIGITS), 16) >= threshold ? attributes : undefined;
  };
};
