import type { TagsOf } from '../format.ts';
import { encodeAttribute } from '../otlp/common.ts';
import { POINT_ATTRIBUTE } from '../otlp/data-points.ts';
import { tagAttributes } from '../otlp/resource.ts';
import type { Identity } from './identity.ts';
import { dimensionsJson } from './dimensions.ts';
import { resourceArn } from './resource-arn.ts';

/** What every data point of a series carries. */
export interface PointAttributes {
  readonly encoded: Uint8Array;
  /** The resource's tags were not read yet. */
  readonly isUntagged: boolean;
}

/** @param each one attribute per dimension too */
export const pointAttributes = (identity: Identity, each: boolean, tagsOf: TagsOf): PointAttributes => {
  const { namespace, metricName, dimensions } = identity;
  const arn = resourceArn(identity);
  const attributes: (readonly [name: string, value: string])[] = [
    ['Namespace', namespace],
    ['MetricName', metricName],
    ['Dimensions', dimensionsJson(dimensions)],
  ];
  const tags = arn === undefined ? {} : tagsOf(arn);
  if (arn !== undefined)
    attributes.push(['cloud.resource_id', arn], ...Object.entries(tagAttributes(tags ?? {})));
  if (each) {
    attributes.push(['DimensionNames', dimensions.map(([name]) => name).join(',')]);
    for (const [name, value] of dimensions) attributes.push([`Dimensions.${name}`, value]);
  }
  const encoded = Buffer.concat(
    attributes.map(([name, value]) => encodeAttribute(POINT_ATTRIBUTE, name, value)),
  );
  return { encoded, isUntagged: tags === undefined };
};
