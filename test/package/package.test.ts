import { execFile, type ExecFileOptions } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asText, resource } from '../support/harness/synth.ts';

/** Runs a program; its failure shows all that it printed. */
const run = async (file: string, args: readonly string[], options: ExecFileOptions = {}) => {
  try {
    return await promisify(execFile)(file, args, { ...options, encoding: 'utf8' });
  } catch (error) {
    throw new Error(`${file} ${args.join(' ')}: ${(error as { readonly stdout?: string }).stdout}`, {
      cause: error,
    });
  }
};
const program = (name: string): string => resolve('node_modules/.bin', name);

const page = await readFile('docs/constructs.md', 'utf8');
const EXAMPLES = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, text = '']) => ({
  text,
  name: /export class (\w+)/.exec(text)?.[1] ?? '',
}));

/** Synthesizes every example, without any context key. */
const MAIN = `import { App } from 'aws-cdk-lib';
${EXAMPLES.map(({ name }) => `import { ${name} } from '../lib/${name}';`).join('\n')}

const app = new App({ outdir: 'cdk.out', builtinCloudFormationValidation: false });
${EXAMPLES.map(({ name }) => `new ${name}(app, '${name}');`).join('\n')}
app.synth();
`;

describe('the package, in an app that cdk init created', () => {
  let folder: string;
  let app: string;
  const template = async (name: string): Promise<Template> =>
    Template.fromJSON(JSON.parse(await readFile(join(app, 'cdk.out', `${name}.template.json`), 'utf8')));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'package-'));
    app = join(folder, 'app');
    await mkdir(app);
    await run('npm', ['pack', '--silent', '--pack-destination', folder]);
    const [tarball = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
    await run(program('cdk'), ['init', 'app', '--language', 'typescript', '--generate-only'], { cwd: app });

    // Without the template's tools: compiler and types of Node are this repository's.
    const project = JSON.parse(await readFile(join(app, 'package.json'), 'utf8'));
    await writeFile(join(app, 'package.json'), JSON.stringify({ ...project, devDependencies: {} }));
    const options = ['--prefer-offline', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...options, join(folder, tarball)], { cwd: app });

    for (const { name, text } of EXAMPLES) await writeFile(join(app, 'lib', `${name}.ts`), text);
    await writeFile(join(app, 'bin/app.ts'), MAIN);
    await rm(join(app, 'test'), { recursive: true });
    await mkdir(join(app, 'node_modules/@types'));
    await symlink(resolve('node_modules/@types/node'), join(app, 'node_modules/@types/node'));
    // Checks the declarations of the package too.
    const check = ['--skipLibCheck', 'false', '--types', 'node'];
    await run(program('tsc'), ['--noEmit', 'false', '--outDir', 'compiled', ...check], { cwd: app });
    await run(process.execPath, ['compiled/bin/app.js'], { cwd: app });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('brings no dependency of its own', async () => {
    const installed = await readdir(join(app, 'node_modules'));
    expect(installed.filter((name) => !/^\.|^@aws-cdk$|^@types$/.test(name)).sort()).toEqual([
      'aws-cdk-lib',
      'constructs',
      'scout-forwarder',
    ]);
  });

  test('compiles and synthesizes each of the five examples of the documentation', async () => {
    expect(EXAMPLES).toHaveLength(5);
    for (const { name } of EXAMPLES)
      (await template(name)).hasResourceProperties('AWS::Lambda::Function', { Runtime: 'nodejs24.x' });
  });

  test('is loaded by require and by import', async () => {
    const print = 'console.log(typeof MetricStreamToScout, typeof LogsToScout)';
    const names = '{ LogsToScout, MetricStreamToScout }';
    const required = await run('node', ['-e', `const ${names} = require('scout-forwarder'); ${print}`], {
      cwd: app,
    });
    const module = `import ${names} from 'scout-forwarder'; ${print}`;
    const imported = await run('node', ['--input-type=module', '-e', module], { cwd: app });
    expect([required.stdout, imported.stdout]).toEqual(['function function\n', 'function function\n']);
  });

  test('lets the function read tags where the environment names some', async () => {
    expect(policiesIn(await template('ChosenMetricsStack'))).toContain('tag:GetResources');
    expect(policiesIn(await template('TelemetryStack'))).not.toContain('tag:');
  });

  test('deploys the bundles that it ships', async () => {
    const { Properties } = resource(await template('WebStack'), 'AWS::Lambda::Function', 'LogsForwarder');
    const { S3Key } = (Properties as { readonly Code: { readonly S3Key: string } }).Code;
    const asset = join(app, 'cdk.out', `asset.${S3Key.replace('.zip', '')}`);
    expect(await readFile(join(asset, 'index.mjs'), 'utf8')).toBe(
      await readFile('dist/logs/index.mjs', 'utf8'),
    );
  });

  test('gives every role the permissions boundary, and every role and bucket the tags', async () => {
    const { Resources } = (await template('TenantsStack')).toJSON() as {
      Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
    };
    const ofType = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type);
    const roles = ofType('AWS::IAM::Role');
    expect(roles.length).toBeGreaterThan(8);
    for (const { Properties } of roles)
      expect(asText(Properties['PermissionsBoundary'])).toMatch(/policy\/developers$/);
    for (const { Properties } of [...ofType('AWS::S3::Bucket'), ...ofType('AWS::SQS::Queue')])
      expect(Properties['Tags']).toContainEqual({ Key: 'team', Value: 'platform' });
  });
});

const policiesIn = (template: Template): string => JSON.stringify(template.findResources('AWS::IAM::Policy'));
