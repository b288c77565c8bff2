import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sqsEvent } from '../../../bin/local/emulators/s3-notification.ts';
import { ALB_KEY, albText, range, storedLines } from '../../support/factories/alb-object.ts';
import { albFormat } from '../../support/factories/log-formats.ts';
import { createForwarder } from '../../support/harness/forwarder.ts';
import { scout, store, useScoutAndStore } from '../../support/harness/scout-and-store.ts';

useScoutAndStore();
let forwarder: ReturnType<typeof createForwarder>;
beforeEach(() => {
  forwarder = createForwarder({
    store,
    environment: scout.environment,
    formats: (settings) => (key) => {
      if (key.startsWith('broken/')) throw new TypeError('not a function');
      return albFormat(settings);
    },
  });
});
afterEach(() => forwarder.close());

describe('a defect of the forwarder outside the delivery', () => {
  test('fails the message it happens in and no other of the batch, and the log says where', async () => {
    const bodies = ['broken/1.log', ALB_KEY, 'broken/2.log'].map((key) =>
      JSON.stringify(forwarder.put(key, albText(5))),
    );
    expect(await forwarder.invoke(sqsEvent(...bodies))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-0' }, { itemIdentifier: 'message-2' }],
    });
    expect(storedLines(scout)).toEqual(range(1, 5));
    expect(forwarder.logged.filter(({ level }) => level === 'error')).toEqual(
      ['message-0', 'message-2'].map((messageId) => ({
        level: 'error',
        message: 'message failed',
        messageId,
        error: expect.stringMatching(/^TypeError: not a function\n +at .*handler\.test\.ts/),
      })),
    );
    expect(forwarder.report()).toMatchObject({ ObjectsForwarded: 1, RecordsDelivered: 5 });
  });

  test('fails an invocation that is not from SQS, whose caller repeats it, and what was delivered is reported', async () => {
    const Records = [ALB_KEY, 'broken/1.log'].flatMap((key) => forwarder.put(key, albText(5)).Records);
    await expect(forwarder.invoke({ Records })).rejects.toThrow('not a function');
    expect(forwarder.report()).toMatchObject({ ObjectsForwarded: 1, RecordsDelivered: 5 });
  });
});
