import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

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
