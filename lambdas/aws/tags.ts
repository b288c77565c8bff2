import {
  paginateGetResources,
  type ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import type { Tags } from '../format.ts';

/** Tags by the ARN of their resource. */
export type TaggedResources = ReadonlyMap<string, Tags>;

/** https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html */
const RESOURCES_PER_PAGE = 100;

/**
 * Reads the tags of all resources of these types, such as `ec2:instance`, in the client's account and region: those of
 * `keys`, and no resource that has none of them. A type that the API does not know, which differs by region, has no tags;
 * it would refuse a request for several types as a whole.
 */
export const readTags = async (
  client: ResourceGroupsTaggingAPIClient,
  keys: readonly string[],
  types: readonly string[],
): Promise<TaggedResources> => {
  const found = new Map<string, Tags>();
  for (const type of types) {
    try {
      await readType(client, keys, type, found);
    } catch (error) {
      if ((error as Error).name !== 'InvalidParameterException') throw error;
      console.warn({ message: 'tags of a type not known', type, error: String(error) });
    }
  }
  return found;
};

const readType = async (
  client: ResourceGroupsTaggingAPIClient,
  keys: readonly string[],
  type: string,
  found: Map<string, Tags>,
): Promise<void> => {
  const input = { ResourceTypeFilters: [type], ResourcesPerPage: RESOURCES_PER_PAGE };
  for await (const { ResourceTagMappingList = [] } of paginateGetResources({ client }, input)) {
    for (const { ResourceARN = '', Tags: all = [] } of ResourceTagMappingList) {
      const listed = all.filter(({ Key = '' }) => keys.includes(Key));
      if (listed.length === 0) continue;
      found.set(ResourceARN, Object.fromEntries(listed.map(({ Key = '', Value = '' }) => [Key, Value])));
    }
  }
};
