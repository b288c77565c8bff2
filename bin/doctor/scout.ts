import { compress, type Encoding } from '../../lambdas/scout/compression.ts';
import { post, type PostOutcome } from '../../lambdas/scout/post.ts';
import { type Finding, fail, ok, skip, warn } from './check.ts';
import type { ScoutContext, ScoutSubject } from './context.ts';
import { otlpRemedy, tokenRemedy } from './scout-remedies.ts';

type Path = '/v1/metrics' | '/v1/logs';

export const checkToken = async ({ scout }: ScoutContext): Promise<Finding> => {
  if (!(await hasCredentials(scout))) return skip('needs the credentials');
  const result = await scout.token();
  if (result.type !== 'token') return fail(result.reason, tokenRemedy(result, scout));
  const { lifetimeMs } = result;
  return ok(
    `Scout issued one, ${lifetimeMs === undefined ? 'without an expiry time' : `valid for ${lifetimeMs / 1000} s`}`,
  );
};

/** Whether Scout accepts an empty request. */
export const checkPath =
  (path: Path) =>
  async ({ scout }: ScoutContext): Promise<Finding> => {
    const result = await sendNothing(scout, path, 'gzip');
    if (result === undefined) return skip('needs a token');
    const { url, outcome } = result;
    return outcome.type === 'accepted'
      ? ok(`${url} accepts an empty request`)
      : fail(`${url}: ${outcome.reason}`, otlpRemedy(outcome, scout));
  };

/** The compression that the functions will use. */
export const checkCompression = async ({ scout }: ScoutContext): Promise<Finding> => {
  const gzip = await sendNothing(scout, '/v1/logs', 'gzip');
  const zstd = await sendNothing(scout, '/v1/logs', 'zstd');
  if (gzip?.outcome.type !== 'accepted' || zstd === undefined) return skip('needs a Scout that accepts logs');
  const { compression } = scout.settings();
  if (zstd.outcome.type === 'accepted')
    return ok(compression === 'gzip' ? 'gzip, as set; Scout accepts zstd too' : 'zstd');
  const found = `Scout does not accept zstd: ${zstd.outcome.reason}`;
  return compression === 'zstd' ? warn(found, 'set the compression to auto or gzip') : ok(`gzip. ${found}`);
};

/** The response to an OTLP request without records, which is zero bytes of protobuf; undefined without a token. */
const sendNothing = async (
  scout: ScoutSubject,
  path: Path,
  encoding: Encoding,
): Promise<{ readonly url: string; readonly outcome: PostOutcome } | undefined> => {
  const result = (await hasCredentials(scout)) ? await scout.token() : undefined;
  if (result?.type !== 'token') return undefined;
  const { endpoint, headers, requestTimeout } = scout.settings();
  const url = endpoint + path;
  const body = await compress(encoding, new Uint8Array(), 'logs');
  const timeoutMs = requestTimeout * 1000;
  return { url, outcome: await post({ url, token: result.token, headers, body, timeoutMs }, Date.now) };
};

/** Whether there are any; the check of the secret reports why not. */
const hasCredentials = async ({ credentials }: ScoutSubject): Promise<boolean> =>
  credentials().then(
    () => true,
    () => false,
  );
