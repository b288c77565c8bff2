import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LOG_KIND_NAMES } from '../../lambdas/function-settings.ts';
import { LOG_KINDS } from '../../lambdas/log-kinds.ts';
import { deliveryPrefix } from '../../lambdas/key-prefixes.ts';
import { documentedCommands } from '../support/factories/documented-commands.ts';

const PAGE = 'docs/deployments.md';
const rows = readFileSync(PAGE, 'utf8').split('\n');
const commands = documentedCommands().flatMap(({ page, command }) => (page === PAGE ? [command] : []));

test.each(LOG_KIND_NAMES)('docs/deployments.md says where %s goes and how it is turned on', (kind) => {
  const { delivery } = LOG_KINDS[kind];
  const prefix = deliveryPrefix(delivery);
  const row = rows.find((one) => one.startsWith(`| \`${kind}\` `));
  expect(row).toContain(`\`${prefix}/\``);
  expect(row).toContain(`\`${delivery.output}\``);
  expect(row?.includes('`albArns`')).toBe('loadBalancer' in delivery);
  expect(commands).toContain(delivery.turnOn({ bucketName: 'BUCKET', partition: 'aws', prefix }));
});
