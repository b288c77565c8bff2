/** The region as the AWS CLI and `cdk` find it; where neither variable is set, SDKs go on to the profile's. */
export const environmentRegion = (): string | undefined =>
  process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
