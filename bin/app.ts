import { App } from 'aws-cdk-lib';
import { ScoutForwarderStack } from '../lib/scout-forwarder-stack.ts';
import { readStackSettings, SettingsError } from '../lib/settings.ts';

const app = new App();
try {
  const settings = readStackSettings(app.node);
  const stackName = 'ScoutForwarder';
  if (settings.regions === undefined) new ScoutForwarderStack(app, stackName, { settings });
  // One name in all regions: a stack deployed before there was a list stays the same stack.
  for (const region of settings.regions ?? []) {
    new ScoutForwarderStack(app, `${stackName}-${region}`, { settings, stackName, env: { region } });
  }
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exit(1);
}
