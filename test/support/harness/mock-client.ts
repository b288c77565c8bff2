import { mockClient as mock } from 'aws-sdk-client-mock';
import { afterAll } from 'vitest';

/** `mockClient`, until the end of the test file: it replaces a method of the class, and files share a process. */
export const mockClient: typeof mock = (client) => {
  const mocked = mock(client);
  afterAll(() => mocked.restore());
  return mocked;
};
