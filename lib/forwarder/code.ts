import { chmodSync, copyFileSync, cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';

/**
 * Where a running function finds the certificates that `functionCode` put beside the bundle. Node reads the file that
 * `NODE_EXTRA_CA_CERTS` names when it starts: https://nodejs.org/api/cli.html#node_extra_ca_certsfile
 */
export const CA_CERTIFICATE_PATH = '/var/task/ca.pem';

/** A bundle, and beside it the certificates of a private CA, if any. */
export const functionCode = (bundle: string, caCertificateFile: string | undefined): lambda.Code => {
  if (caCertificateFile === undefined) return lambda.Code.fromAsset(bundle);
  const directory = mkdtempSync(join(tmpdir(), 'scout-forwarder-'));
  cpSync(bundle, directory, { recursive: true });
  const copy = join(directory, 'ca.pem');
  copyFileSync(caCertificateFile, copy);
  // Functions run as another user than the one who owns the file.
  chmodSync(copy, 0o644);
  return lambda.Code.fromAsset(directory);
};
