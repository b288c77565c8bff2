import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  DescribeLoadBalancerAttributesCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutBucketPolicyCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shellWord } from '../../bin/shared/shell-word.ts';
import { startScout } from '../../bin/local/emulators/scout.ts';
import { SCOUT } from '../support/harness/synth.ts';
import { completeStack } from './support/complete-stack.ts';
import { runbookCommands } from './support/runbook-commands.ts';
import { clientOptions, type Moto, startMoto } from './support/moto.ts';
import { program } from './support/program.ts';
import { shell } from './support/shell.ts';
import { type DeployedStack, deployStack } from './support/stack.ts';

const motoServer = program('MOTO_SERVER');
const awsCli = program('AWS_CLI');

/** Commands under a heading of docs/operations.md, those of npm and aws that moto knows. */
describe.skipIf(motoServer === undefined || awsCli === undefined)(
  'the commands of docs/operations.md',
  () => {
    let moto: Moto;
    let stack: DeployedStack;
    beforeAll(async () => {
      moto = await startMoto(motoServer ?? '');
      stack = await deployStack('ScoutForwarder', moto);
      await completeStack(stack, moto);
      await new SecretsManagerClient(clientOptions(moto)).send(
        new CreateSecretCommand({ Name: 'scout/oauth-client', SecretString: '{}' }),
      );
    });
    afterAll(() => moto?.stop());

    /** Output of a command with any exit status. */
    const run = async (
      command: string,
      environment: Readonly<Record<string, string>> = {},
    ): Promise<string> =>
      shell(
        `{ ${command.trimEnd()}\n} || true`,
        awsCli ?? '',
        { ...moto.environment, ALB: stack.loadBalancerArn, ...environment },
        SCOUT,
      );

    const waiting = async (): Promise<number> => {
      const { Attributes } = await new SQSClient(clientOptions(moto)).send(
        new GetQueueAttributesCommand({
          QueueUrl: stack.outputs['MetricsQueueUrl'],
          AttributeNames: ['All'],
        }),
      );
      return Number(Attributes?.['ApproximateNumberOfMessages']);
    };

    test('Metrics stopped: doctor, and a backfill of the hours without notifications', async () => {
      const s3 = new S3Client({ ...clientOptions(moto), forcePathStyle: true });
      const Bucket = stack.outputs['BucketName'];
      for (const hour of ['2026/01/31/21', '2026/01/31/22', '2026/02/01/03', '2026/02/01/04'])
        await s3.send(new PutObjectCommand({ Bucket, Key: `metrics/${hour}/x`, Body: 'x' }));
      const [backfill = ''] = runbookCommands('Metrics stopped');
      const before = await waiting();
      expect(await run(backfill)).toContain('2 objects queued.');
      expect((await waiting()) - before).toBe(2);
    });

    test('Logs stopped: doctor with the load balancer, and the policy of the bucket', async () => {
      const [doctor = '', policy = ''] = runbookCommands('Logs stopped');
      expect(await run(doctor)).toMatch(/^ok {4}access logs of shop +on, to s3:/m);
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'logdelivery.elasticloadbalancing.amazonaws.com' },
          Action: 's3:PutObject',
          Resource: `arn:aws:s3:::${stack.outputs['BucketName']}/logs/*`,
        },
      });
      await new S3Client({ ...clientOptions(moto), forcePathStyle: true }).send(
        new PutBucketPolicyCommand({ Bucket: stack.outputs['BucketName'], Policy }),
      );
      expect(JSON.parse(await run(policy))).toEqual(JSON.parse(Policy));
    });

    test('Scout is down: Scout alone, and a retry of what was not delivered', async () => {
      const [doctor = '', retry = ''] = runbookCommands('Scout is down');
      const scout = await startScout();
      const filled = doctor
        .replace('https://otel.example.com/tenant/otlp', scout.endpoint)
        .replace('https://id.example.com/oauth/token', scout.tokenUrl)
        .replace('SCOUT_CLIENT_ID=…', () => `SCOUT_CLIENT_ID=${shellWord(scout.clientId)}`)
        .replace('SCOUT_CLIENT_SECRET=…', () => `SCOUT_CLIENT_SECRET=${shellWord(scout.clientSecret)}`);
      expect((await run(filled)).match(/^ok /gm)).toHaveLength(5);
      await scout.close();
      expect(await run(retry)).toContain(`logs: 0 dead letters to ${stack.outputs['LogsQueueUrl']}`);
    });

    test('Backfill: a dry run', async () => {
      const [backfill = ''] = runbookCommands('Backfill');
      expect(await run(backfill)).toMatch(/^0 objects in s3:/);
    });

    test('Doctor: as JSON, with its exit status', async () => {
      const [, json = ''] = runbookCommands('Doctor');
      expect(await run(`${json.trimEnd()}; cat doctor.json`)).toMatch(
        /^see doctor\.json\n\{\n {2}"ok": false,/,
      );
    });

    test('Rotate the secret: the new value, and doctor', async () => {
      const [rotate = ''] = runbookCommands('Rotate the secret');
      expect(await run(rotate)).toMatch(
        /^ok {4}secret +scout\/oauth-client holds clientId and clientSecret$/m,
      );
      const { SecretString } = await new SecretsManagerClient(clientOptions(moto)).send(
        new GetSecretValueCommand({ SecretId: 'scout/oauth-client' }),
      );
      expect(JSON.parse(SecretString ?? '')).toEqual({ clientId: '…', clientSecret: '…' });
    });

    test('Upgrade from 1.0.0: the event source mapping is found, and deleted', async () => {
      const commands =
        runbookCommands('Upgrade and roll back').find((text) => text.includes('event-source')) ?? '';
      const [functions = '', list = '', , remove = ''] = commands.split('\n');
      const uuid = (await run(`${functions}\n${list}`)).trim();
      expect(uuid).toMatch(/^[\da-f-]{36}$/);
      await run(remove.replace(/\S+$/, uuid));
      expect((await run(`${functions}\n${list}`)).trim()).toBe('');
    });

    test('Uninstall: logs off, and no secret', async () => {
      const commands = runbookCommands('Uninstall');
      await run(commands.find((command) => command.includes('elbv2')) ?? '');
      const { Attributes } = await new ElasticLoadBalancingV2Client(clientOptions(moto)).send(
        new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: stack.loadBalancerArn }),
      );
      expect(Attributes?.find(({ Key }) => Key === 'access_logs.s3.enabled')?.Value).toBe('false');
      await run(commands.find((command) => command.includes('delete-secret')) ?? '');
      const secret = await new SecretsManagerClient(clientOptions(moto)).send(
        new DescribeSecretCommand({ SecretId: 'scout/oauth-client' }),
      );
      expect(secret.DeletedDate).toBeInstanceOf(Date);
    });
  },
);
