import { RemovalPolicy } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** A log group that is deleted with the stack. */
export const createLogGroup = (
  scope: Construct,
  id: string,
  retention: logs.RetentionDays = logs.RetentionDays.ONE_MONTH,
): logs.LogGroup => new logs.LogGroup(scope, id, { retention, removalPolicy: RemovalPolicy.DESTROY });
