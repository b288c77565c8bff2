import { GetResourcesCommand } from '@aws-sdk/client-resource-groups-tagging-api';
import { EMF_DIMENSION, EMF_NAMESPACE } from '../../lambdas/forwarding/ledger.ts';
import type { DeployedPipeline } from '../shared/deployed-stack.ts';
import { type Finding, ok, warn } from './check.ts';
import type { Context } from './context.ts';
import { pipelines, tailCommand } from './pipeline.ts';
import { checkNoneLately } from './read-metric.ts';

/** Those that send tags. */
export const taggingPipelines = async (context: Context): Promise<readonly DeployedPipeline[]> =>
  context.settings.resourceTags.length > 0 ? pipelines(context) : [];

/** The keys of the tags to send. */
export const tagKeys = ({ settings }: Context): readonly string[] => settings.resourceTags;

/** Whether any resource has the tag: keys are case-sensitive. */
export const checkTag = async ({ clients, region }: Context, key: string): Promise<Finding> => {
  const { ResourceTagMappingList = [] } = await clients.tagging.send(
    new GetResourcesCommand({ TagFilters: [{ Key: key }], ResourcesPerPage: 1 }),
  );
  return ResourceTagMappingList.length > 0
    ? ok(`resources in ${region} have it`)
    : warn(
        `no resource in ${region} has it`,
        `resourceTags names the keys as they are written: aws resourcegroupstaggingapi get-tag-keys --region ${region}`,
      );
};

/** Whether the function may read tags: records that it sent without them tell. */
export const checkUntagged = async (
  { clients, region }: Context,
  { name, functionName }: DeployedPipeline,
): Promise<Finding> =>
  checkNoneLately(
    clients.cloudWatch,
    { namespace: EMF_NAMESPACE, name: 'RecordsUntagged', dimensions: { [EMF_DIMENSION]: name } },
    `some after a start of the function are usual. Else its role must allow tag:GetResources, and nothing of the organization may deny it: ${tailCommand(functionName, region, '"tags not read"')}`,
  );
