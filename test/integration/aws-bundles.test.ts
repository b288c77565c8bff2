import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

describe.each(['metrics', 'alb-logs'])('the bundle %s', (name) => {
  const folder = `dist/${name}`;

  test('loads neither undici nor HTTP/2 when it is imported, which take as long as half of it', () => {
    const script = `import('./${folder}/index.mjs').then(() => console.log(process.moduleLoadList.join('\\n')))`;
    const loaded = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', env: {} });
    expect(loaded).toContain('NativeModule https');
    expect(loaded).not.toMatch(/undici|NativeModule http2/);
  });

  test('is less than 800 KB with all that it may load later', () => {
    const sizes = readdirSync(folder).map((file) => statSync(join(folder, file)).size);
    expect(sizes.reduce((all, size) => all + size)).toBeLessThan(800_000);
  });
});
