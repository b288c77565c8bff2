/**
 * List prices in dollars, us-east-1, 2026-11: https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer, the price
 * pages of Lambda (arm64), CloudWatch, Data Firehose, S3 and SQS, and Scout's price list.
 */
export const PRICES = {
  perGbOut: 0.09,
  perLambdaGbSecond: 0.0000133334,
  perMillionLambdaRequests: 0.2,
  perThousandMetricUpdates: 0.003,
  perFirehoseGb: 0.029,
  perMillionS3Gets: 0.4,
  perMillionSqsRequests: 0.4,
  perMillionScoutLogRecords: 0.25,
  perMillionScoutMetricPoints: 0.1,
} as const;
