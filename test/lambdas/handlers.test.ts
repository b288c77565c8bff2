import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Handler } from '../../lambdas/forwarding/handler.ts';

const HANDLERS: readonly (readonly [string, () => Promise<{ handler: Handler }>])[] = [
  ['metrics', () => import('../../lambdas/metrics.ts')],
  ['logs', () => import('../../lambdas/logs.ts')],
];
const CONTEXT = { getRemainingTimeInMillis: () => 300_000 };

beforeEach(() => {
  vi.resetModules();
  for (const name of Object.keys(process.env)) vi.stubEnv(name, undefined);
});
afterEach(() => void vi.unstubAllEnvs());

describe.each(HANDLERS)('%s, with an empty environment', (_pipeline, load) => {
  test('is imported all the same, and each invocation fails with one message that names what is missing', async () => {
    const { handler } = await load();
    for (const event of [{ Records: [] }, { prefix: 'x/' }]) {
      await expect(handler(event, CONTEXT)).rejects.toThrow(
        /^invalid settings: SCOUT_ENDPOINT is missing; [^.]*\. SCOUT_TOKEN_URL is missing; [^.]*\. SCOUT_SECRET_NAME is missing; [^.]*\.$/,
      );
    }
  });
});

describe.each(HANDLERS)('%s, with what is required', (pipeline, load) => {
  test('responds to an event without objects, and prints its metrics', async () => {
    vi.stubEnv('SCOUT_ENDPOINT', 'https://otel.example.com');
    vi.stubEnv('SCOUT_TOKEN_URL', 'https://id.example.com/token');
    vi.stubEnv('SCOUT_SECRET_NAME', 'scout/oauth-client');
    const written: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    const { handler } = await load();
    const result = await handler({ Records: [] }, CONTEXT);
    vi.restoreAllMocks();
    expect(result).toEqual({ batchItemFailures: [] });
    const lines = written.filter((text) => text.includes('"ScoutForwarder"'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ Pipeline: pipeline, ObjectsForwarded: 0 });
    expect(lines[0]).toMatch(/\}\n$/);
  });
});
