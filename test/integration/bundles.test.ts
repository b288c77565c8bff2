import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { refuseMarked } from '../../bin/local/emulators/scout/behaviour.ts';
import { startScout } from '../../bin/local/emulators/scout.ts';
import { lineWith } from '../support/factories/alb-records.ts';
import { malformedWith } from '../support/factories/secrets.ts';

describe.each(['metrics', 'logs'])('the bundle %s', (name) => {
  const folder = `dist/${name}`;

  test('loads neither undici nor HTTP/2 when it is imported, which take as long as half of it', () => {
    const script = `import('./${folder}/index.mjs').then(() => console.log(process.moduleLoadList.join('\\n')))`;
    const loaded = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', env: {} });
    expect(loaded).toContain('NativeModule https');
    expect(loaded).not.toMatch(/undici|NativeModule http2/);
  });

  test("leaves out what no function needs of the SDK: the search for credentials, other operations' schemas", () => {
    const files = readdirSync(folder).map((file) => join(folder, file));
    const text = files.map((file) => readFileSync(file, 'utf8')).join('');
    expect(text).toContain('GetObjectRequest');
    expect(text).not.toMatch(/AssumeRoleWithWebIdentity|sso_session|GetObjectTaggingRequest/);
    expect(text.length).toBeLessThan(600_000);
  });
});

test('all bundles together take at most 800 KB', () => {
  const sizes = ['metrics', 'logs', 'log-switch'].map((name) => statSync(`dist/${name}/index.mjs`).size);
  expect(sizes.reduce((all, size) => all + size)).toBeLessThanOrEqual(800_000);
});

describe('npm start', { timeout: 60_000 }, () => {
  const run = promisify(execFile);
  const start = async (
    env: Readonly<Record<string, string>>,
    ...args: readonly string[]
  ): Promise<string> => {
    const { stdout, stderr } = await run(process.execPath, ['bin/local.ts', ...args], { env }).catch(
      (error: unknown) => error as { readonly stdout: string; readonly stderr: string },
    );
    return stdout + stderr;
  };

  test('shows no secret of its settings and of the lines that it forwards', async () => {
    const secret = 'sesame'.repeat(3);
    const scout = await startScout();
    const settings = {
      ...scout.environment,
      SCOUT_HEADERS: JSON.stringify({ 'x-key': secret }),
      ALB_REDACT_QUERY_KEYS: 'token',
    };
    const file = join(mkdtempSync(join(tmpdir(), 'start-')), 'web.log');
    const url = `https://user:${secret}@shop.example.com:443/?X%2DAmz-Signature=${secret}&token=${secret}`;
    writeFileSync(file, `${lineWith({ request: `"GET ${url} HTTP/1.1"` })}\nnot a line ${url}\n`);
    scout.respond(refuseMarked(['not a line'], 400));
    const right = await start(settings, '--verbose', file);
    await scout.close();
    expect(right).toContain('Amz-Signature=REDACTED&token=REDACTED');
    expect(scout.requests.map(({ headers }) => headers['x-key'])).toContain(secret);
    const texts = malformedWith(secret);
    const wrong = Object.keys(settings).map((name, i) => [name, texts[i % texts.length] as string]);
    const refused = await start({ ...Object.fromEntries(wrong), SCOUT_CLIENT_SECRET: secret }, file);
    expect(refused).toContain('invalid settings');
    expect(right + refused).not.toContain(secret);
  });
});
