import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCOUT } from '../support/harness/synth.ts';
import { runCommand } from './support/command.ts';
import { clientOptions, type Moto, startMoto } from './support/moto.ts';
import { program } from './support/program.ts';
import { deployStack } from './support/stack.ts';

const motoServer = program('MOTO_SERVER');
const FOREIGN = 'rejected/logs/a.ndjson';

describe.skipIf(motoServer === undefined)('npm run rejected', () => {
  let moto: Moto;
  let s3: S3Client;
  beforeAll(async () => {
    moto = await startMoto(motoServer ?? '');
    s3 = new S3Client({ ...clientOptions(moto), forcePathStyle: true });
  });
  afterAll(() => moto?.stop());

  test('leaves a file that is not one of rejected records as it is, names it, and goes on with the others', async () => {
    const { outputs } = await deployStack('Rejected', moto);
    const { BucketName: Bucket = '' } = outputs;
    const entry = (key: string): string =>
      JSON.stringify({
        reason: 'too large',
        line: 'x',
        work: { bucket: Bucket, key, fromLine: 1, toLine: 1 },
      });
    const keys = Array.from({ length: 20 }, (_, index) => `logs/alb/${index}.log`);
    for (const key of keys)
      await s3.send(new PutObjectCommand({ Bucket, Key: `rejected/${key}/e-1-1.ndjson`, Body: entry(key) }));
    await s3.send(new PutObjectCommand({ Bucket, Key: FOREIGN, Body: 'notes\n' }));
    const command = ['--stack', 'Rejected', ...settings];

    for (const verb of ['list', 'retry']) {
      const { code, stdout, stderr } = await runCommand(
        'bin/rejected.ts',
        [verb, ...command],
        moto.environment,
      );
      expect(code).toBe(1);
      expect(stdout).toContain('logs: 20 rejected records in 20 files');
      expect(stderr).toContain(`${FOREIGN}, line 1, has no work item; it is left as it is`);
      expect(stderr).not.toMatch(/^ +at /m);
    }
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'rejected/' }));
    expect(Contents.map(({ Key }) => Key)).toEqual([FOREIGN]);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: FOREIGN }));
    expect(await Body?.transformToString()).toBe('notes\n');
  });
});

const settings = Object.entries(SCOUT).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
