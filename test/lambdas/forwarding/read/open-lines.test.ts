import { expect, test } from 'vitest';
import type { Opened } from '../../../../lambdas/format.ts';
import type { Block } from '../../../../lambdas/forwarding/read/line-blocks.ts';
import { openLines } from '../../../../lambdas/forwarding/read/open-lines.ts';
import { Stop } from '../../../../lambdas/forwarding/read/stop.ts';

const OPENED: Opened = {
  encoder: () => {
    throw new Error('not asked for');
  },
};
const REFUSED = { refuse: { type: 'wrong_format', reason: 'it is a picture' } } as const;

const block = (text: string, firstLine = 1): Block => ({ bytes: Buffer.from(text), firstLine, cut: false });

/** Opens blocks, and fails after them if there is an error. Gives the heads that the format saw and the blocks' texts. */
const open = async (
  texts: readonly string[],
  {
    opened = OPENED,
    error,
    checkTime = () => undefined,
  }: { opened?: Opened; error?: Error; checkTime?: () => void } = {},
) => {
  const heads: string[] = [];
  let taken = 0;
  const source = (async function* () {
    for (const [index, text] of texts.entries()) {
      taken++;
      yield block(text, index + 1);
    }
    if (error !== undefined) throw error;
  })();
  const seen = (head: Uint8Array): Opened => {
    heads.push(Buffer.from(head).toString());
    return opened;
  };
  const { lines, encoder } = await openLines(source, seen, checkTime);
  const takenForHead = taken;
  const read = async (): Promise<readonly string[]> => {
    const blocks: string[] = [];
    for await (const { bytes } of lines) blocks.push(Buffer.from(bytes).toString());
    return blocks;
  };
  return { heads, takenForHead, encoder, read };
};

test('the head of a small object is all of it', async () => {
  const { heads, read } = await open(['a\nb\n', 'c\n']);
  expect(heads).toEqual(['a\nb\nc\n']);
  expect(await read()).toEqual(['a\nb\n', 'c\n']);
});

test('the head is the blocks up to a hundred lines', async () => {
  const one = Array.from({ length: 250 }, (_, i) => `${i}\n`);
  const { heads, takenForHead, read } = await open(one);
  expect(heads).toEqual([one.slice(0, 100).join('')]);
  expect(takenForHead).toBe(100);
  expect(await read()).toEqual(one);
});

test('the head is the blocks up to a mebibyte', async () => {
  const half = `${'x'.repeat(512 * 1024 - 1)}\n`;
  const { heads, takenForHead } = await open([half, half, half]);
  expect(takenForHead).toBe(2);
  expect(heads).toEqual([half + half]);
});

test('a truncated line counts as one, and ends in the head', async () => {
  const cut = Array.from({ length: 102 }, (_, i) => `cut ${i}`);
  const { heads, takenForHead, read } = await open(cut);
  expect(takenForHead).toBe(100);
  expect(heads).toEqual([
    cut
      .slice(0, 100)
      .map((text) => `${text}\n`)
      .join(''),
  ]);
  expect(await read()).toEqual(cut);
});

test('the last line of an object needs no line feed', async () => {
  expect((await open(['a\nb'])).heads).toEqual(['a\nb']);
});

test('the format is not asked about an object without lines, and no encoder either', async () => {
  const { heads, read, encoder } = await open([]);
  expect(heads).toEqual([]);
  expect(await read()).toEqual([]);
  expect(() => encoder({ records: 1, bytes: 1 })).toThrow(
    'an encoder was requested for an object without lines',
  );
});

test('a head that the format refuses ends the object with its reason', async () => {
  const stopped = await open(['\u0089PNG\n'], { opened: REFUSED }).catch((error: unknown) => error);
  expect(stopped).toBeInstanceOf(Stop);
  expect(stopped).toMatchObject({ message: 'dead', fate: { fate: 'dead', cause: REFUSED.refuse } });
});

test('a source that fails within the head fails after the lines it gave, which the format sees', async () => {
  const error = new Error('the connection was lost');
  const { heads, read } = await open(['a\n'], { error });
  expect(heads).toEqual(['a\n']);
  await expect(read()).rejects.toBe(error);
});

test('a head that breaks off is not refused: the failure says more', async () => {
  const error = new Error('the connection was lost');
  await expect(open(['a\n'], { error, opened: REFUSED })).rejects.toBe(error);
});

test('time is checked before each block behind the head', async () => {
  let checks = 0;
  const lines = Array.from({ length: 103 }, (_, i) => `${i}\n`);
  const { read } = await open(lines, { checkTime: () => void checks++ });
  await read();
  expect(checks).toBe(3);
});
