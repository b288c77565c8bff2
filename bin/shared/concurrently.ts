/** Calls `work` for each item, at most `limit` at a time. After an error it begins no more. @throws the first error */
export const concurrently = async <T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> => {
  const queue = items[Symbol.iterator]();
  let isFailed = false;
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); !next.done && !isFailed; next = queue.next()) {
      try {
        await work(next.value);
      } catch (error) {
        isFailed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: limit }, worker));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
};
