import { readFileSync } from 'node:fs';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Scout, startScout } from '../../bin/local/emulators/scout.ts';
import { runCommand } from './support/command.ts';
import { completeStack, disableEventSource } from './support/complete-stack.ts';
import { clientOptions, type Moto, startMoto } from './support/moto.ts';
import { program } from './support/program.ts';
import { shell } from './support/shell.ts';
import { type DeployedStack, deployStack } from './support/stack.ts';

const motoServer = program('MOTO_SERVER');
const awsCli = program('AWS_CLI');
const fixture = (name: string): string => `test/fixtures/self-signed.${name}.pem`;

describe.skipIf(motoServer === undefined)('npm run doctor', () => {
  let moto: Moto;
  let scout: Scout;
  beforeAll(async () => {
    moto = await startMoto(motoServer ?? '');
    const [key, cert] = ['key', 'cert'].map((name) => readFileSync(fixture(name), 'utf8'));
    scout = await startScout({ tls: { key: key ?? '', cert: cert ?? '' } });
  });
  afterAll(async () => {
    await scout?.close();
    await moto?.stop();
  });

  /** Its lines by name, each `status found`; the remedy of a check follows its line. */
  const doctor = async (...args: readonly string[]) => {
    const settings = {
      scoutEndpoint: scout.endpoint,
      scoutTokenUrl: scout.tokenUrl,
      caCertificateFile: fixture('cert'),
    };
    const pairs = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    const { code, stdout, stderr } = await runCommand('bin/doctor.ts', [...pairs, ...args], moto.environment);
    expect(stdout + stderr).not.toContain(scout.clientSecret);
    const lines = stdout.split('\n').map((line) => /^(ok|warn|fail|skip) +(.+?) {2,}(.+)$/.exec(line));
    const findings = Object.fromEntries(
      lines.flatMap((line) => (line === null ? [] : [[line[2] ?? '', `${line[1]} ${line[3]}`]])),
    );
    return { code, stdout, stderr, findings };
  };

  test('leads from nothing to a Scout that takes what is sent, before there is a stack', async () => {
    const secrets = new SecretsManagerClient(clientOptions(moto));
    const without = await doctor();
    expect(without).toMatchObject({ code: 1, stderr: '' });
    expect(without.findings).toMatchObject({
      secret: 'fail secret scout/oauth-client does not exist in us-east-1',
      token: 'skip needs the credentials',
    });

    await secrets.send(
      new CreateSecretCommand({ Name: 'scout/oauth-client', SecretString: secretOf('wrong') }),
    );
    const wrong = await doctor();
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toContain(
      '→ clientId in the secret scout/oauth-client or clientSecret in the secret scout/oauth-client is wrong',
    );

    await secrets.send(
      new PutSecretValueCommand({
        SecretId: 'scout/oauth-client',
        SecretString: secretOf(scout.clientSecret),
      }),
    );
    const right = await doctor();
    expect(right.findings).toEqual({
      settings: `ok complete, for Scout at ${scout.endpoint}`,
      secret: 'ok scout/oauth-client holds clientId and clientSecret',
      token: 'ok Scout issued one, valid for 3600 s',
      'Scout accepts metrics': `ok ${scout.endpoint}/v1/metrics accepts an empty request`,
      'Scout accepts logs': `ok ${scout.endpoint}/v1/logs accepts an empty request`,
      compression: 'ok zstd',
      stack: 'skip ScoutForwarder is not deployed in us-east-1 yet; deploy it to check the rest',
    });
    expect(right).toMatchObject({ code: 0, stderr: '' });
  });

  const secretOf = (clientSecret: string): string =>
    JSON.stringify({ clientId: scout.clientId, clientSecret });

  describe('of a deployed stack', () => {
    let stack: DeployedStack;
    beforeAll(async () => {
      stack = await deployStack('Deployed', moto);
    });
    const output = (name: string): string => stack.outputs[name] ?? '';
    const deployedDoctor = async () => doctor('--stack', 'Deployed', '--alb', stack.loadBalancerArn);

    test('names what is missing, whatever else cannot be looked at', async () => {
      const { code, findings, stdout } = await deployedDoctor();
      expect(code).toBe(1);
      expect(findings).toMatchObject({
        stack: 'ok Deployed is deployed (CREATE_COMPLETE)',
        // moto has no metric streams.
        'metric stream': expect.stringContaining('fail'),
        'delivery stream': expect.stringContaining('fail AWS does not know it: ResourceNotFoundException'),
        'last delivery to S3': 'warn none in the last 3 hours',
        'access logs of shop': 'fail they are off',
        'metrics: notifications': expect.stringContaining('fail the queue is not notified'),
        'metrics: event source': 'ok Lambda polls the queue: Enabled',
        'metrics: function errors': 'ok none in the last hour',
        'metrics: queue': 'ok 0 waiting, 0 received, 0 delayed; the oldest is 0 s old',
        'metrics: dead letters': 'ok none',
        'logs: notifications': expect.stringContaining('fail the queue is not notified'),
      });
      expect(stdout.match(/^ {6}→ \S/gm)).toHaveLength(stdout.match(/^(?:fail|warn) /gm)?.length ?? 0);
    });

    test.skipIf(awsCli === undefined)('the commands that it prints fix what they are about', async () => {
      const { stdout } = await deployedDoctor();
      const commands = stdout.match(/^ {6}→ aws (?:s3api|elbv2) .*$/gm) ?? [];
      expect(commands).toHaveLength(3);
      for (const command of commands)
        await shell(command.replace('→', '').replace(/\. Then npm.*/, ''), awsCli ?? '', moto.environment);
      expect((await deployedDoctor()).findings).toMatchObject({
        'access logs of shop': expect.stringMatching(/^ok /),
        'metrics: notifications': expect.stringMatching(/^ok /),
        'logs: notifications': expect.stringMatching(/^ok /),
      });
    });

    test('finds nothing wrong once it is complete', async () => {
      await completeStack(stack, moto);
      const { findings } = await deployedDoctor();
      const { 'metric stream': _, ...others } = findings;
      expect(Object.entries(others).filter(([, finding]) => !finding.startsWith('ok '))).toEqual([]);
      expect(findings).toMatchObject({
        'access logs of shop': `ok on, to s3://${output('BucketName')}/logs/alb`,
        'last delivery to S3': 'ok 5 min ago',
        'logs: last delivery': 'ok an object was forwarded 5 min ago',
      });
    });

    test('says why dead letters are there and leaves them, and how to turn an event source on again', async () => {
      const sqs = new SQSClient(clientOptions(moto));
      const dead = output('LogsDeadLetterQueueUrl');
      await sqs.send(
        new SendMessageCommand({ QueueUrl: dead, MessageBody: '{}', MessageAttributes: REASON }),
      );
      await sqs.send(new SendMessageCommand({ QueueUrl: dead, MessageBody: '{}' }));
      const uuid = await disableEventSource(output('LogsFunctionName'), moto);

      const { code, findings, stdout } = await deployedDoctor();
      expect(code).toBe(1);
      expect(findings['logs: dead letters']).toMatch(/^fail 2: .*object_gone \(it was deleted\)/);
      expect(findings['logs: dead letters']).toContain('none');
      expect(findings['logs: event source']).toBe('fail Lambda does not poll the queue: Disabled');
      const command = `aws lambda update-event-source-mapping --enabled --uuid ${uuid} --region us-east-1`;
      expect(stdout).toContain(`→ ${command}`);
      const { Messages } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: dead, MaxNumberOfMessages: 10 }),
      );
      expect(Messages).toHaveLength(2);
      if (awsCli === undefined) return;
      await shell(command, awsCli, moto.environment);
      expect((await deployedDoctor()).findings['logs: event source']).toMatch(/^ok /);
    });

    const REASON = {
      'error.type': { DataType: 'String', StringValue: 'object_gone' },
      'error.message': { DataType: 'String', StringValue: 'it was deleted' },
    };
  });
});
