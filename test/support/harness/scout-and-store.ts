import { afterEach, beforeEach } from 'vitest';
import { type ObjectStore, startObjectStore } from '../../../bin/local/emulators/object-store.ts';
import { type Scout, startScout } from '../../../bin/local/emulators/scout.ts';

/** Those of the test that runs. */
export let scout: Scout;
export let store: ObjectStore;

/** Starts a Scout and an object store before each test of the file that calls this, and stops them after it. */
export const useScoutAndStore = (): void => {
  beforeEach(async () => {
    [scout, store] = await Promise.all([startScout(), startObjectStore()]);
  });
  afterEach(async () => {
    await Promise.all([scout.close(), store.close()]);
  });
};
