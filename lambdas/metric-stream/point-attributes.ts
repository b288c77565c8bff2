import { encodeAttribute } from '../otlp/common.ts';
import { POINT_ATTRIBUTE } from '../otlp/data-points.ts';
import type { Identity } from './identity.ts';
import { dimensionsJson } from './dimensions.ts';
import { resourceArn } from './resource-arn.ts';

/** The encoded attributes of every data point of a series; `each`: one per dimension too. */
export const pointAttributes = (identity: Identity, each: boolean): Uint8Array => {
  const { namespace, metricName, dimensions } = identity;
  const arn = resourceArn(identity);
  const attributes: (readonly [name: string, value: string])[] = [
    ['Namespace', namespace],
    ['MetricName', metricName],
    ['Dimensions', dimensionsJson(dimensions)],
  ];
  if (arn !== undefined) attributes.push(['cloud.resource_id', arn]);
  if (each) {
    attributes.push(['DimensionNames', dimensions.map(([name]) => name).join(',')]);
    for (const [name, value] of dimensions) attributes.push([`Dimensions.${name}`, value]);
  }
  return Buffer.concat(attributes.map(([name, value]) => encodeAttribute(POINT_ATTRIBUTE, name, value)));
};
