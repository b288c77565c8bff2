import { expect, test } from 'vitest';
import { isOnlyTraceId, traceId, writeTraceId } from '../../../lambdas/log-lines/trace-id.ts';
import { ProtobufWriter } from '../../../lambdas/otlp/protobuf.ts';

const ROOT = 'Root=1-67891233-abcdef012345678912345678';
const ID = '67891233abcdef012345678912345678';

test.each([
  ROOT,
  `Self=1-11111111-222222222222222222222222;${ROOT}`,
  `${ROOT};Parent=53995c3f42cd8ad8;Sampled=1`,
  ROOT.toUpperCase().replace('ROOT', 'Root'),
])('finds the trace id in %s', (header) => {
  expect(traceId(header)).toBe(ID);
});

test.each([
  '',
  '-',
  ID,
  `${ID}${ID}`,
  `f67891233-abcdef012345678912345678`,
  `root${ROOT.slice(4)}`,
  `x${ROOT}`,
  `${ROOT}9`,
  ROOT.slice(0, -1),
  ROOT.replace('6', 'g'),
  ROOT.replace(/8$/, 'g'),
  ROOT.replace('-abc', '_abc'),
  'Root=1-00000000-000000000000000000000000',
])('finds no trace id in "%s"', (header) => {
  expect(traceId(header)).toBeUndefined();
});

test('reads nothing behind the header', () => {
  const source = Buffer.from(`${ROOT};Sampled=1`);
  const writer = new ProtobufWriter();

  for (let end = 0; end < ROOT.length; end++) writeTraceId(writer, source, 0, end);
  expect(writer.length).toBe(0);

  writeTraceId(writer, source, 0, ROOT.length);
  expect(Buffer.from(writer.written()).toString('hex')).toBe(`4a10${ID}`);
});

test.each([
  [ROOT, true],
  [`${ROOT};Sampled=1`, false],
  [ROOT.replace('6', 'g'), false],
])('%s says no more than its trace id: %s', (header, only) => {
  expect(isOnlyTraceId(Buffer.from(header), 0, header.length)).toBe(only);
});
