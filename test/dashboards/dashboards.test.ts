import { describe, expect, test } from 'vitest';
import { ALB_LOGS } from '../../dashboards/source/alb-logs.ts';
import { CLOUDWATCH_METRICS } from '../../dashboards/source/cloudwatch-metrics.ts';
import { grafanaJson } from '../../dashboards/source/dashboard.ts';
import { FORWARDER } from '../../dashboards/source/forwarder.ts';

const DASHBOARDS = { 'alb-logs': ALB_LOGS, 'cloudwatch-metrics': CLOUDWATCH_METRICS, forwarder: FORWARDER };

describe.each(Object.entries(DASHBOARDS))('dashboards/%s.json', (name, dashboard) => {
  test('is the dashboard of dashboards/source (vitest -u rewrites it)', async () => {
    const json = `${JSON.stringify(grafanaJson(dashboard), null, 2)}\n`;
    await expect(json).toMatchFileSnapshot(`../../dashboards/${name}.json`);
  });

  test('has no apostrophe in a comment, which the plugin takes for the start of a text', () => {
    for (const { sql } of dashboard.panels) expect(sql).not.toMatch(/--|\/\*/);
  });

  test('says of each panel what it shows', () => {
    for (const { description } of dashboard.panels) expect(description).toMatch(/\.$/);
    const titles = dashboard.panels.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });
});
