import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openSession } from '../../bin/local/page/session.ts';
import { type PageServer, servePage } from '../../bin/local/page/server.ts';

const executablePath = process.env['CHROMIUM'];
const PICTURE = 'docs/images/page.png';
const MOST_PICTURE_BYTES = 200_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const LINE = `http 2026-01-31T23:59:59.123456Z app/shop-web/5d1f0a9c37be2468 203.0.113.9:40100 10.0.16.4:8080 0.001 0.045 0.000 502 502 320 2400 "GET http://shop.example.com:80/ HTTP/1.1" "curl/8.5.0" - -\n`;

describe.skipIf(executablePath === undefined)('the page of npm start --open, in a browser', () => {
  let browser: Browser;
  let server: PageServer;
  let page: Page;

  beforeAll(async () => {
    browser = await chromium.launch({ ...(executablePath && { executablePath }), chromiumSandbox: false });
    server = await servePage(
      openSession({ inputs: [], refused: [], areSamples: true, settings: () => ({}) }),
    );
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  /** Everything that the page asks for, and what it complains of. */
  const asked: string[] = [];
  const complaints: string[] = [];

  beforeEach(async () => {
    [asked.length, complaints.length] = [0, 0];
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    onTestFinished(async () => page.close());
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(server.url);
    await idle();
  });

  const idle = async (): Promise<void> => {
    await expect
      .poll(async () => page.locator('#status').innerText(), { timeout: 120_000 })
      .toMatch(/delivered in|must be/);
  };

  /** The cell of the logs. */
  const ledger = async (title: string): Promise<string> => {
    const titles = await page.locator('#ledger th[scope=col]').allInnerTexts();
    const row = page.locator('#ledger tbody tr').first().locator('th, td');
    return row.nth(titles.indexOf(title)).innerText();
  };

  const choose = async (label: string, value: string): Promise<void> => {
    await page.getByLabel(label).selectOption(value);
    await idle();
  };

  test('it loads nothing but itself, and its policy stops what would leave this machine', async () => {
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((url) => !url.startsWith(server.url) && !url.startsWith('data:'))).toEqual([]);
    expect(complaints).toEqual([]);
    const blocked = await page.evaluate<string[]>(`(async () => {
      const blocked = [];
      document.addEventListener('securitypolicyviolation', ({ blockedURI }) => blocked.push(blockedURI));
      await fetch('http://127.0.0.1:9/elsewhere').catch(() => undefined);
      document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:9/picture.png' }));
      await new Promise((done) => setTimeout(done, 200));
      return blocked;
    })()`);
    expect(blocked.toSorted()).toEqual(['http://127.0.0.1:9/elsewhere', 'http://127.0.0.1:9/picture.png']);
  });

  test('a line stands beside its record, and a switch changes record, bytes and dollars', async () => {
    const text = await page.locator('#sent pre').innerText();
    const attribute = (name: string) =>
      page
        .locator('#sent tr', { has: page.getByRole('rowheader', { name, exact: true }) })
        .locator('td')
        .innerText();
    expect(await attribute('elb')).toBe(text.split(' ')[2]);
    expect(await attribute('elb_status_code')).toBe(text.split(' ')[8]);
    expect(await attribute('body')).toContain(`"elb":"${text.split(' ')[2]}"`);
    const [sent, records] = [await ledger('Bytes'), await ledger('Records a month')];

    await choose('Body', 'none');
    expect(await page.locator('#sent').getByRole('rowheader', { name: 'body', exact: true }).count()).toBe(0);
    expect(await ledger('Bytes')).not.toBe(sent);
    await choose('Attributes', 'semconv');
    expect(await attribute('http.response.status_code')).toBe(text.split(' ')[8]);
    await choose('Sample of good requests', '0.01');
    expect(await ledger('Scout, a month')).toMatch(/^\$[\d.]+ \(was \$[\d.]+\)$/);
    expect(await ledger('Records a month')).not.toBe(records);
    expect(await page.locator('#lines .left-out').count()).toBeGreaterThan(5);
    expect(await page.locator('#command').innerText()).toBe(
      "npx cdk deploy -c 'albBody=none' -c 'albAttributes=semconv' -c 'albSampleRate=0.01'",
    );
    expect(await page.locator('#assumption').innerText()).toContain('this data scaled to a month: 730 hours');
  });

  test('a wrong pattern is named, and the page stays', async () => {
    await page.getByLabel('Skip paths').fill('(');
    await idle();
    await expect
      .poll(async () => page.locator('#status').innerText())
      .toContain('it must be a regular expression');
    expect(await page.locator('#sent pre').count()).toBe(1);
  });

  test('lines are chosen with the keyboard alone', async () => {
    await page.locator('#lines input:checked').focus();
    const first = await page.locator('#sent pre').innerText();
    await page.keyboard.press('ArrowDown');
    expect(await page.locator('#sent pre').innerText()).not.toBe(first);
    expect(await page.evaluate(`document.activeElement.name`)).toBe('line');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(`document.activeElement.id`)).toBe('sent');
  });

  test('charts can be read as tables', async () => {
    await page.locator('#requests summary').click();
    expect(await page.locator('#requests details tbody tr').count()).toBe(60);
    expect(await page.locator('#requests details th[scope=col]').allInnerTexts()).toContain('5xx');
    await page.locator('#latency summary').click();
    expect(await page.locator('#latency details th[scope=col]').allInnerTexts()).toContain('checkout');
    expect(await page.locator('#namespaces').innerText()).toContain('AWS/ApplicationELB');
  });

  test.each<['light' | 'dark', number]>([
    ['light', 1280],
    ['dark', 360],
  ])('it has no barrier that axe knows and fits the window: %s, %i wide', async (colorScheme, width) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await page.waitForTimeout(300);
    await page.evaluate(AXE);
    const violations = await page.evaluate<string[]>(
      `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html)))`,
    );
    expect(violations).toEqual([]);
    expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(width);
  });

  test('its picture in README is of this page', async () => {
    await page.setViewportSize({ width: 1000, height: 830 });
    const png = await page.screenshot();
    expect(png.length).toBeLessThan(MOST_PICTURE_BYTES);
    if (process.env['UPDATE_PICTURE'] !== undefined) writeFileSync(PICTURE, png);
    expect(readFileSync('README.md', 'utf8')).toContain(PICTURE);
    expect(readFileSync(PICTURE).length).toBeLessThan(MOST_PICTURE_BYTES);
  });

  test('a file that is dropped on it is forwarded on this machine', async () => {
    const data = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([${JSON.stringify(LINE)}], 'dropped.log'));
      return transfer;
    })()`);
    await page.locator('#drop').dispatchEvent('drop', { dataTransfer: data });
    await expect
      .poll(async () => page.locator('#source').innerText(), { timeout: 60_000 })
      .toBe('dropped.log');
    await idle();
    expect(await page.locator('#sent pre').innerText()).toBe(LINE.trim());
    expect(await ledger('= delivered')).toBe('1');

    await page
      .locator('#file')
      .setInputFiles({ name: 'x.zip', mimeType: 'application/zip', buffer: Buffer.from('PK\x03\x04') });
    await expect
      .poll(async () => page.locator('#faults').innerText(), { timeout: 60_000 })
      .toContain('it is a ZIP archive');
    expect(asked.filter((url) => !url.startsWith(server.url) && !url.startsWith('data:'))).toEqual([]);
  });
});
