import { expect, test } from 'vitest';
import { formsOf } from '../../../lambdas/log-lines/forms.ts';
import { fieldText } from '../../../lambdas/log-lines/line.ts';
import { lineReader } from '../../../lambdas/log-lines/line-reader.ts';
import { settingsWith } from '../../support/factories/alb-records.ts';
import { schemaWith } from '../../support/factories/log-schema.ts';

test.each([
  ['1769903998 203.0.113.77', true, '1769903998 203.0.113.0'],
  ['prose 203.0.113.77', false, 'prose 203.0.113.0'],
  ['203.0.113.77', false, '203.0.113.0'],
  ['1769903998 "203.0.113.77', false, '1769903998 "203.0.113.0'],
])('a text is masked whether it is a line or not: %s', (text, isLine, masked) => {
  const schema = schemaWith(['time', 'client'], {
    timeForm: 'epoch seconds',
    addresses: [{ field: 1, hasPort: false }],
  });
  const [form] = formsOf(schema, []);
  if (form === undefined) throw new Error('no form');
  const { line, read } = lineReader(schema, form, settingsWith({ ALB_CLIENT_ADDRESS: 'mask' }).alb);
  const bytes = Buffer.from(text);
  expect(read(bytes, 0, bytes.length, false)).toBe(isLine);
  expect(line.bytes.toString('utf8', 0, line.length)).toBe(masked);
  if (isLine) expect(fieldText(line, 1)).toBe('203.0.113.0');
});
