import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { setTimeout as sleep } from 'node:timers/promises';
import { s3Objects } from '../aws/objects.ts';
import { sqsQueue } from '../aws/queue.ts';
import { readSecret } from '../aws/secret.ts';
import { readTags } from '../aws/tags.ts';
import { createScout } from '../scout/scout.ts';
import { type Environment, type Pipeline, readFunctionSettings } from '../function-settings.ts';
import type { Dependencies } from './dependencies.ts';
import { AWS_TIMEOUTS_MS } from './limits.ts';
import { type ResourceTags, resourceTags } from './resource-tags.ts';
import { relaxMajorGc } from '../runtime/gc.ts';

/**
 * The real dependencies, from the environment.
 * @throws Error that names every wrong variable
 */
export const connect = (pipeline: Pipeline, environment: Environment = process.env): Dependencies => {
  relaxMajorGc();
  const requestHandler = {
    connectionTimeout: AWS_TIMEOUTS_MS.connect,
    requestTimeout: AWS_TIMEOUTS_MS.response,
    // The SDK would only warn.
    throwOnRequestTimeout: true,
  };
  const settings = readFunctionSettings(environment);
  const { secretName, clientId, clientSecret } = settings.scout;
  // Local object stores need path-style URLs.
  const forcePathStyle = environment['AWS_ENDPOINT_URL'] !== undefined;
  const s3 = new S3Client({
    forcePathStyle,
    // The bytes are checked by their own gzip; the SDK's checksums would cost more than parsing them.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestChecksumCalculation: 'WHEN_REQUIRED',
    requestHandler,
  });
  const sqs = new SQSClient({ requestHandler });
  const secrets = new SecretsManagerClient({});
  const createTags = (keys: readonly string[]): ResourceTags => {
    // A request may time out because Lambda froze the function meanwhile.
    const client = new ResourceGroupsTaggingAPIClient({ requestHandler, maxAttempts: 10 });
    const home = { account: accountOf(settings.queueUrl), region: environment['AWS_REGION'] };
    const clock = { monotonicNow, random: Math.random };
    return resourceTags((types) => readTags(client, keys, types), home, clock);
  };
  return {
    settings,
    objects: s3Objects(s3),
    queue: sqsQueue(sqs),
    scout: createScout(pipeline, settings.scout, {
      readCredentials: async (signal) =>
        secretName === undefined
          ? { clientId: clientId ?? '', clientSecret: clientSecret ?? '' }
          : readSecret(secrets, secretName, signal),
      now: Date.now,
      monotonicNow,
      sleep,
      random: Math.random,
    }),
    tags: settings.resourceTags.length > 0 ? createTags(settings.resourceTags) : undefined,
    now: Date.now,
    monotonicNow,
    random: Math.random,
    print: (line) => void process.stdout.write(`${line}\n`),
  };
};

const monotonicNow = (): number => performance.now();

/** The account in the URL of a queue. */
const accountOf = (queueUrl = ''): string | undefined => /\/(\d{12})\//.exec(queueUrl)?.[1];
