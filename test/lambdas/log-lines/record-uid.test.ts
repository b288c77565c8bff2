import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { uidPrefix } from '../../../lambdas/log-lines/record-uid.ts';

test.each([
  ['with quotes', '"0a1b"', 'b/k/0a1b'],
  ['without quotes', '0a1b', 'b/k/0a1b'],
  ['missing', undefined, 'b/k/'],
])("a record's id is of bucket, key and ETag: %s", (_, etag, hashed) => {
  const hash = createHash('sha256').update(hashed).digest('hex');
  expect(uidPrefix({ bucket: 'b', key: 'k', etag })).toBe(`${hash.slice(0, 16)}:`);
});
