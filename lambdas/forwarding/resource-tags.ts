import { setTimeout } from 'node:timers/promises';
import type { TaggedResources } from '../aws/tags.ts';
import type { Tags, TagsOf } from '../format.ts';

/** Until tags are read again; a tenth more or less, so that the functions do not all read at once. */
const RENEWAL_MS = 60 * 60 * 1000;
/** The same after a failure. */
const RETRY_MS = 60 * 1000;
/** Longest wait for tags, once, where there are none yet. */
const COLD_START_WAIT_MS = 1000;

/**
 * The tags of resources, read in the background: they never hold up a delivery, and a failure leaves them as they are. A
 * read may outlive its invocation. It then goes on with the next one, for Lambda freezes the function in between.
 */
export interface ResourceTags {
  /**
   * The tags as they were last read. Begins to read them where it is time to.
   * @param lookAhead asks for tags as the object will: before anything was read, the types of these resources are read
   */
  readonly current: (lookAhead: (tags: TagsOf) => void) => Promise<TagsOf>;
}

/** Account and region whose tags are read, as far as they are known. */
export interface Home {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

export const resourceTags = (
  read: (types: readonly string[]) => Promise<TaggedResources>,
  home: Home,
  { monotonicNow, random }: { readonly monotonicNow: () => number; readonly random: () => number },
): ResourceTags => {
  const seen = new Set<string>();
  let known: Known = { types: new Set(), tags: new Map() };
  let tagsOf = lookup(known, home, seen);
  let renewAt = 0;
  let retryAt = 0;
  let hasWaited = false;
  let reading: Promise<void> | undefined;

  const later = (ms: number): number => monotonicNow() + ms * (0.9 + 0.2 * random());

  const refresh = async (): Promise<void> => {
    const isRenewal = monotonicNow() >= renewAt;
    const types = isRenewal ? [...seen] : [...seen].filter((type) => !known.types.has(type));
    if (types.length === 0 || monotonicNow() < retryAt) return;
    try {
      const tags = await read(types);
      known = isRenewal
        ? { types: new Set(types), tags }
        : { types: new Set([...known.types, ...types]), tags: new Map([...known.tags, ...tags]) };
      tagsOf = lookup(known, home, seen);
      if (isRenewal) renewAt = later(RENEWAL_MS);
    } catch (error) {
      retryAt = later(RETRY_MS);
      console.warn({ message: 'tags not read', types, error: String(error) });
    }
  };
  const refreshOnce = (): Promise<void> => (reading ??= refresh().finally(() => (reading = undefined)));

  return {
    current: async (lookAhead) => {
      if (!hasWaited) lookAhead(tagsOf);
      const refreshed = refreshOnce();
      if (!hasWaited && seen.size > 0) {
        hasWaited = true;
        await Promise.race([refreshed, setTimeout(COLD_START_WAIT_MS, undefined, { ref: false })]);
      }
      return tagsOf;
    },
  };
};

interface Known {
  /** Types of resources whose tags were read. */
  readonly types: ReadonlySet<string>;
  readonly tags: TaggedResources;
}

/** Notes the types it is asked for that were not read. Nothing is known of other accounts and regions, nor ever will be. */
const lookup =
  ({ types, tags }: Known, { account, region }: Home, seen: Set<string>): TagsOf =>
  (arn) => {
    const [, , , itsRegion, itsAccount] = arn.split(':');
    if (differs(itsRegion, region) || differs(itsAccount, account)) return NONE;
    const type = resourceType(arn);
    if (types.has(type)) return tags.get(arn) ?? NONE;
    seen.add(type);
    return undefined;
  };

/** Where both are known. */
const differs = (one: string | undefined, other: string | undefined): boolean =>
  Boolean(one && other && one !== other);

const NONE: Tags = {};

/** Service and type as an ARN names them: `elasticloadbalancing:loadbalancer`, or `sqs`, whose ARNs name no type. */
const resourceType = (arn: string): string => {
  const [, , service = '', , , ...resource] = arn.split(':');
  const [type] = /^[\w-]+(?=[/:])/.exec(resource.join(':').replace(/^\//, '')) ?? [];
  return type === undefined ? service : `${service}:${type}`;
};
