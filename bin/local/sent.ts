/** Names and values as text, in their order on the wire. */
export type Fields = readonly (readonly [name: string, value: string])[];

/** A log record or data point as it was decoded from the bytes of a request. */
export interface Sent {
  readonly is: 'log record' | 'data point';
  /** Those of the record or point, but for its attributes. */
  readonly fields: Fields;
  readonly attributes: Fields;
  readonly scope: Fields;
  readonly resource: Fields;
}

/** Whether the line could not be read, and was sent as it is. */
export const isUnparsable = ({ attributes }: Sent): boolean =>
  attributes.some(([name, value]) => name === 'error.type' && value === 'unparsable_line');
