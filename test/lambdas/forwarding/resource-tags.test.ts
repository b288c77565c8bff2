import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { TaggedResources } from '../../../lambdas/aws/tags.ts';
import type { TagsOf } from '../../../lambdas/format.ts';
import { type Home, resourceTags } from '../../../lambdas/forwarding/resource-tags.ts';

const QUEUE = 'arn:aws:sqs:eu-west-1:123456789012:orders';
const INSTANCE = 'arn:aws:ec2:eu-west-1:123456789012:instance/i-0123456789abcdef0';
const BUCKET = 'arn:aws:s3:::photos';
const HOUR = 3_600_000;
const MINUTE = 60_000;

const HOME: Home = { account: '123456789012', region: 'eu-west-1' };

/** Tags whose reads the test resolves at a time of its choice. */
const tagsOf = (respond: (types: readonly string[]) => Promise<TaggedResources>, random = 0.5) => {
  const clock = { now: 1_000_000 };
  const reads: (readonly string[])[] = [];
  const read = (types: readonly string[]): Promise<TaggedResources> => {
    reads.push(types);
    return respond(types);
  };
  const tags = resourceTags(read, HOME, { monotonicNow: () => clock.now, random: () => random });
  return {
    tags,
    clock,
    reads,
    /** As an object that is about these resources gets them. */
    of: async (...arns: readonly string[]) => {
      const found = await tags.current((lookUp) => void arns.map(lookUp));
      return arns.map(found);
    },
    current: () => tags.current(() => undefined),
  };
};

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const tagged = (team: string): TaggedResources => new Map([[QUEUE, { team }]]);
const denied = async (): Promise<never> => {
  throw new Error('AccessDeniedException');
};

beforeEach(() => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  onTestFinished(() => warn.mockRestore());
});

describe('at a cold start', () => {
  test('the types are read that the first lines are about, and the object has the tags', async () => {
    const { of, reads } = tagsOf(async () => tagged('web'));
    expect(await of(QUEUE, INSTANCE, BUCKET)).toEqual([{ team: 'web' }, {}, {}]);
    expect(reads).toEqual([['sqs', 'ec2:instance', 's3']]);
  });

  test('a read that hangs is waited for a second, and no second time', async () => {
    const { of, reads } = tagsOf(() => new Promise(() => undefined));
    const start = performance.now();
    expect(await of(QUEUE)).toEqual([undefined]);
    const waited = performance.now() - start;
    expect(await of(QUEUE)).toEqual([undefined]);
    expect(waited).toBeGreaterThan(950);
    expect(performance.now() - start - waited).toBeLessThan(500);
    expect(reads).toHaveLength(1);
  });

  test('a read that is denied holds up nothing, and is tried again after a minute', async () => {
    const { of, reads, clock } = tagsOf(denied);
    const start = performance.now();
    expect(await of(QUEUE)).toEqual([undefined]);
    expect(performance.now() - start).toBeLessThan(500);
    expect(console.warn).toHaveBeenCalledExactlyOnceWith({
      message: 'tags not read',
      types: ['sqs'],
      error: 'Error: AccessDeniedException',
    });

    clock.now += MINUTE - 1;
    await of(QUEUE);
    expect(reads).toHaveLength(1);
    clock.now += 1;
    await of(QUEUE);
    expect(reads).toHaveLength(2);
  });

  test('nothing is read while no resource was named', async () => {
    const { of, reads } = tagsOf(async () => tagged('web'));
    await of();
    expect(reads).toEqual([]);
    expect(await of(QUEUE)).toEqual([{ team: 'web' }]);
  });
});

describe('later', () => {
  test('a type that is new is read in the background, and it alone', async () => {
    const { of, current, reads } = tagsOf(async (types) =>
      types.includes('s3') ? new Map([[BUCKET, { team: 'media' }]]) : tagged('web'),
    );
    await of(QUEUE);
    expect((await current())(BUCKET)).toBeUndefined();
    await current();
    await settled();
    const tags = await current();
    expect([tags(BUCKET), tags(QUEUE)]).toEqual([{ team: 'media' }, { team: 'web' }]);
    expect(reads).toEqual([['sqs'], ['s3']]);
  });

  test.each([
    [0, 0.9 * HOUR],
    [0.999_999, 1.1 * HOUR],
  ])('all types are read again after an hour, more or less: with %f after %i ms', async (random, after) => {
    let team = 'web';
    const { of, current, reads, clock } = tagsOf(async () => tagged(team), random);
    await of(QUEUE, INSTANCE);
    team = 'data';
    clock.now += after - 1;
    await current();
    expect(reads).toHaveLength(1);

    clock.now += 1;
    expect((await current())(QUEUE)).toEqual({ team: 'web' });
    await settled();
    expect((await current())(QUEUE)).toEqual({ team: 'data' });
    expect(reads).toEqual([
      ['sqs', 'ec2:instance'],
      ['sqs', 'ec2:instance'],
    ]);
  });

  test('a type that is new does not put off the renewal of the others', async () => {
    const { of, current, reads, clock } = tagsOf(async () => tagged('web'));
    await of(QUEUE);
    clock.now += HOUR - MINUTE;
    (await current())(BUCKET);
    await current();
    await settled();
    clock.now += MINUTE;
    await current();
    expect(reads).toEqual([['sqs'], ['s3'], ['sqs', 's3']]);
  });

  test('lines are encoded ahead for the first object only, since that takes time', async () => {
    const { tags } = tagsOf(async () => tagged('web'));
    const lookAhead = vi.fn((tagsOf: TagsOf) => void tagsOf(QUEUE));
    for (let objects = 0; objects < 3; objects++) await tags.current(lookAhead);
    expect(lookAhead).toHaveBeenCalledOnce();
  });

  test('tags that could not be read again stay as they are', async () => {
    let isDenied = false;
    const { of, current, clock } = tagsOf(async () => (isDenied ? denied() : tagged('web')));
    await of(QUEUE);
    isDenied = true;
    clock.now += 2 * HOUR;
    await current();
    await settled();
    expect((await current())(QUEUE)).toEqual({ team: 'web' });
  });

  test('one read is in flight at a time', async () => {
    const { of, current, reads } = tagsOf(() => new Promise(() => undefined));
    await of(QUEUE);
    const tags = await current();
    tags(BUCKET);
    await Promise.all([current(), current(), current()]);
    expect(reads).toHaveLength(1);
  });

  test('the tags are one function until they are read again, and then another', async () => {
    const { of, current, clock } = tagsOf(async () => tagged('web'));
    await of(QUEUE);
    const first = await current();
    expect(await current()).toBe(first);
    clock.now += 2 * HOUR;
    await current();
    await settled();
    expect(await current()).not.toBe(first);
  });
});

test.each([
  ['a linked account', QUEUE.replace('123456789012', '210987654321')],
  ['another region', QUEUE.replace('eu-west-1', 'us-east-1')],
])('a resource of %s has no tags, and none are read', async (_, arn) => {
  const { of, reads } = tagsOf(async () => tagged('web'));
  expect(await of(arn)).toEqual([{}]);
  expect(reads).toEqual([]);
});

test.each([
  [
    'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1',
    'elasticloadbalancing:loadbalancer',
  ],
  ['arn:aws:rds:eu-west-1:123456789012:db:main', 'rds:db'],
  ['arn:aws:apigateway:eu-west-1::/apis/a1b2', 'apigateway:apis'],
  ['arn:aws:states:eu-west-1:123456789012:stateMachine:orders', 'states:stateMachine'],
  ['arn:aws:sns:eu-west-1:123456789012:alarms', 'sns'],
])('%s is of the type %s', async (arn, type) => {
  const { of, reads } = tagsOf(async () => new Map());
  await of(arn);
  expect(reads).toEqual([[type]]);
});
