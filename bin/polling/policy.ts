/** What the exporter's role or user must be allowed. None of the three takes a resource (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html). */
export const POLLING_POLICY = JSON.stringify(
  {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['cloudwatch:ListMetrics', 'cloudwatch:GetMetricData', 'cloudwatch:GetMetricStatistics'],
        Resource: '*',
      },
    ],
  },
  null,
  2,
);
