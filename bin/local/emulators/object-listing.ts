interface Listed {
  readonly size: number;
  readonly etag: string;
}

/**
 * The XML of a ListObjectsV2 response
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html).
 * The continuation token is the last key of the page before.
 */
export const listObjects = (
  bucket: string,
  objects: ReadonlyMap<string, Listed>,
  query: URLSearchParams,
): string => {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const limit = Math.min(1000, Number(query.get('max-keys') ?? 1000));
  const matching = [...objects]
    .map(([name, stored]) => ({ name, key: name.slice(bucket.length + 1), stored }))
    .filter(({ name, key }) => name.startsWith(`${bucket}/${prefix}`) && key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = matching.slice(0, limit);
  const last = page.at(-1);
  const contents = page.map(
    ({ key, stored }) =>
      `<Contents><Key>${escape(key)}</Key><Size>${stored.size}</Size><ETag>${escape(stored.etag)}</ETag></Contents>`,
  );
  const more = matching.length > page.length && last !== undefined;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    `<Name>${escape(bucket)}</Name><KeyCount>${page.length}</KeyCount><IsTruncated>${more}</IsTruncated>`,
    ...contents,
    more ? `<NextContinuationToken>${escape(last.key)}</NextContinuationToken>` : '',
    '</ListBucketResult>',
  ].join('');
};

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
