import { App, type StackProps } from 'aws-cdk-lib';
import { detectsLoops } from '../lib/region-facts.ts';
import { ScoutForwarderStack } from '../lib/scout-forwarder-stack.ts';
import { readStackSettings, SettingsError } from '../lib/settings.ts';

const STACK_NAME = 'ScoutForwarder';
const BUNDLES = 'dist';

/** The CDK CLI's region, where its template must differ from that of the commercial regions; else any region. */
const environment = (region = process.env.CDK_DEFAULT_REGION): StackProps =>
  region === undefined || detectsLoops(region) ? {} : { env: { region } };

const app = new App();
try {
  const settings = readStackSettings(app.node.getAllContext());
  const props = { settings, bundles: BUNDLES };
  if (settings.regions === undefined)
    new ScoutForwarderStack(app, STACK_NAME, { ...props, ...environment() });
  // One name in all regions: a stack that was deployed without a list stays the same stack.
  for (const region of settings.regions ?? []) {
    new ScoutForwarderStack(app, `${STACK_NAME}-${region}`, {
      ...props,
      stackName: STACK_NAME,
      env: { region },
    });
  }
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exit(1);
}
