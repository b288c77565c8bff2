import { describe, expect, test } from 'vitest';
import { attributeName, intAttribute, textAttribute } from '../../../lambdas/otlp/log-attributes.ts';
import { ProtobufWriter, SLACK } from '../../../lambdas/otlp/protobuf.ts';
import { attributesOfRecord } from '../../support/factories/encoded-record.ts';

const attributesIn = (write: (writer: ProtobufWriter) => void) => {
  const writer = new ProtobufWriter();
  write(writer);
  return attributesOfRecord(writer.written());
};

describe('an attribute is decoded as it was, also where a length begins to take two bytes:', () => {
  test('a text of any length', () => {
    for (let length = 0; length <= 200; length++) {
      const text = 'x'.repeat(length);
      const source = new DataView(Buffer.alloc(length + SLACK, text || '-').buffer);
      const name = attributeName('name');
      const attributes = attributesIn((writer) => textAttribute(writer, name, source, 0, length));
      expect(attributes).toEqual({ name: text });
    }
  });

  test('a number whose name has any length', () => {
    for (let length = 1; length <= 200; length++) {
      const name = 'n'.repeat(length);
      const attributes = attributesIn((writer) => intAttribute(writer, attributeName(name), 200));
      expect(attributes).toEqual({ [name]: 200n });
    }
  });
});
