import { execFile, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Sequences that hide the cursor, turn line wrap off, or switch to another screen. */
// oxlint-disable-next-line no-control-regex
const LASTING = /\x1b\[\?(?:25l|7l|1049h)/;

/** Runs `npm start` in a terminal of its own, which util-linux's `script` makes. `exec`: a Ctrl-C would end a shell between them. */
const inTerminal = (args: string, environment: Readonly<Record<string, string>> = {}) => {
  const child = spawn('script', ['-qec', `exec ${process.execPath} bin/local.ts ${args}`, '/dev/null'], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = new Promise<number | null>((done) => child.once('close', done));
  return { child, done: Promise.all([closed, text(child.stdout)]) };
};

const OTHER_SCOUT = {
  SCOUT_ENDPOINT: 'https://otel.example.com',
  SCOUT_TOKEN_URL: 'https://id.example.com/token',
  SCOUT_CLIENT_ID: 'id',
  SCOUT_CLIENT_SECRET: 'secret',
};

test('samples fit a terminal of 80 by 24, name where they go, and are delivered but for those broken on purpose', async () => {
  const env = { ...process.env, ...OTHER_SCOUT };
  const { stdout } = await promisify(execFile)(process.execPath, ['bin/local.ts'], { env });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.length).toBeLessThan(24);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines[0]).toMatch(/^Runs the deployed bundles on \d+ sample objects/);
  expect(lines[1]).toMatch(
    /^Sends to a Scout here, http:\/\/127\.0\.0\.1:\d+; to yours with --send-samples\.$/,
  );
  expect(lines.at(-1)).toMatch(/^✔ [\d,]+ records delivered in .* broken on purpose were rejected$/);
});

test('the terminal is left as it was, and the ledger is the last on it', async () => {
  const [status, output] = await inTerminal('').done;
  expect(status).toBe(0);
  expect(output).not.toMatch(LASTING);
  expect(output).toMatch(/records read[^]*✔ [\d,]+ records delivered/);
});

test('a cause of failure stands whole in the terminal', async () => {
  const [status, output] = await inTerminal('', { ALB_BODY: 'xml' }).done;
  expect(status).toBe(2);
  expect(output).not.toMatch(LASTING);
  expect(output).toContain('ALB_BODY is "xml"; it must be one of json, line, none');
});

test('Ctrl-C ends after the object in hand, with what was delivered so far', async () => {
  const { child, done } = inTerminal('');
  let seen = '';
  child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  for (let tries = 0; tries < 600 && !/\d+ records/.test(seen); tries++) await sleep(50);
  child.stdin.write('\x03');
  const [status, output] = await done;
  expect(status).toBe(1);
  expect(output).not.toMatch(LASTING);
  expect(output).toContain('stopping after the step in hand');
  expect(output).toContain('not tried: the run was stopped');
  expect(output).toMatch(/⚠ [\d,]+ records delivered/);
  expect(output).not.toContain('a month');
});
