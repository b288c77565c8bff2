import {
  GetResourcesCommand,
  type ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import type { Tags } from '../format.ts';

/** Tags by the ARN of their resource. */
export type TaggedResources = ReadonlyMap<string, Tags>;

/** https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html */
const RESOURCES_PER_PAGE = 100;

/**
 * Reads the tags of all resources of these types, such as `ec2:instance`, in the client's account and region: those of
 * `keys`, and no resource that has none of them.
 */
export const readTags = async (
  client: ResourceGroupsTaggingAPIClient,
  keys: readonly string[],
  types: readonly string[],
): Promise<TaggedResources> => {
  const found = new Map<string, Tags>();
  let next: string | undefined;
  do {
    const { PaginationToken, ResourceTagMappingList = [] } = await client.send(
      new GetResourcesCommand({
        ResourceTypeFilters: [...types],
        ResourcesPerPage: RESOURCES_PER_PAGE,
        PaginationToken: next,
      }),
    );
    for (const { ResourceARN = '', Tags: all = [] } of ResourceTagMappingList) {
      const listed = all.filter(({ Key = '' }) => keys.includes(Key));
      if (listed.length === 0) continue;
      found.set(ResourceARN, Object.fromEntries(listed.map(({ Key = '', Value = '' }) => [Key, Value])));
    }
    next = PaginationToken || undefined;
  } while (next !== undefined);
  return found;
};
