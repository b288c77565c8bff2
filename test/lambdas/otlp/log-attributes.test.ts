import { describe, expect, test } from 'vitest';
import { attributesOf, decodeLogs, logRecordsOf } from '../../../bin/local/emulators/scout/otlp.ts';
import { field } from '../../../lambdas/otlp/common.ts';
import { attributeName, intAttribute, textAttribute } from '../../../lambdas/otlp/log-attributes.ts';
import { ProtobufWriter, SLACK } from '../../../lambdas/otlp/protobuf.ts';

const attributesIn = (write: (writer: ProtobufWriter) => void) => {
  const writer = new ProtobufWriter();
  write(writer);
  const tags = [0x12, 0x12, 0x0a];
  const request = tags.reduce<Uint8Array>((content, tag) => field(tag, content), writer.written());
  return attributesOf(logRecordsOf(decodeLogs(request))[0]?.record.attributes);
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
