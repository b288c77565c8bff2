import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startMoto } from '../../integration/support/moto.ts';
import { startServer } from '../../integration/support/server-process.ts';

/** The account that LocalStack is, and the region that the stack is deployed to. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

const GATEWAY = '127.0.0.1:4566';
const CLOUD = fileURLToPath(new URL('../cloud/cloud.py', import.meta.url));

export interface Cloud {
  /** Variables with which the CDK, an SDK or a command of this project reaches it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly tls: { readonly key: string; readonly cert: string };
  /** The PEM file of the private CA that signed `tls`. */
  readonly caFile: string;
  /** Where the CDK writes its templates. */
  readonly assembly: string;
  /** Everything that LocalStack printed. */
  readonly output: () => string;
  /** Output of the functions whose names match. */
  readonly functionLogs: (name: RegExp) => string;
  readonly stop: () => Promise<void>;
}

/** Starts an AWS on loopback: LocalStack for most services, moto for load balancers and CloudWatch. */
export const startCloud = async (localstackPython: string, motoServer: string): Promise<Cloud> => {
  const work = mkdtempSync(join(tmpdir(), 'deploy-'));
  const { caFile, tls } = createCertificates(work);
  const moto = await startMoto(motoServer, { MOTO_ACCOUNT_ID: ACCOUNT });
  const motoUrl = moto.environment['AWS_ENDPOINT_URL'] ?? '';
  const byMoto = {
    AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2: motoUrl,
    AWS_ENDPOINT_URL_CLOUDWATCH: motoUrl,
  };
  mkdirSync(join(work, 'tmp'));
  const localstack = await startServer(
    localstackPython,
    [CLOUD],
    {
      ...byMoto,
      WORK: work,
      NODE: process.execPath,
      NODE_PATH: resolve('node_modules'),
      TMPDIR: join(work, 'tmp'),
      FILESYSTEM_ROOT: join(work, 'state'),
      GATEWAY_LISTEN: GATEWAY,
      LOCALSTACK_HOST: GATEWAY,
      SQS_ENDPOINT_STRATEGY: 'path',
      LAMBDA_KEEPALIVE_MS: '600000',
      CFN_PER_RESOURCE_TIMEOUT: '300',
      // Nothing leaves the machine.
      DNS_ADDRESS: '0',
      DISABLE_EVENTS: '1',
      SKIP_SSL_CERT_DOWNLOAD: '1',
      ACTIVATE_PRO: '0',
    },
    /^Ready\.$/m,
  ).catch(async (error: unknown) => {
    await moto.stop();
    throw error;
  });

  return {
    environment: {
      ...byMoto,
      AWS_ENDPOINT_URL: `http://${GATEWAY}`,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_EC2_METADATA_DISABLED: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
    },
    tls,
    caFile,
    assembly: join(work, 'cdk.out'),
    output: localstack.output,
    functionLogs: (name) => {
      const folder = join(work, 'functions');
      const files = readdirSync(folder).filter((file) => name.test(file));
      return files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
    },
    stop: async () => {
      await localstack.stop();
      await moto.stop();
      rmSync(work, { recursive: true, force: true });
    },
  };
};

/** A private CA, and a server's certificate for 127.0.0.1 signed by it, good for a day. */
const createCertificates = (folder: string) => {
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '1',
    '-subj',
    '/CN=test CA',
  );
  openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=127.0.0.1');
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names', '-days', '1'];
  openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signed);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  writeFileSync(join(folder, 'both.pem'), read('server.pem') + read('server.key'));
  return { caFile: join(folder, 'ca.pem'), tls: { key: read('server.key'), cert: read('server.pem') } };
};
