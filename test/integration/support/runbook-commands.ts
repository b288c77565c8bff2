import { readFileSync } from 'node:fs';
import { shellBlocks } from '../../support/factories/documented-commands.ts';

const CHAPTER = new URL('../../../docs/operations.md', import.meta.url);

/**
 * The shell commands that the operations chapter gives under a heading, each with the one-line functions of its first block.
 * @throws Error if there are none
 */
export const runbookCommands = (heading: string): readonly string[] => {
  const sections = readFileSync(CHAPTER, 'utf8').split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const commands = shellBlocks(section);
  if (commands.length === 0) throw new Error(`docs/operations.md has no shell command under "${heading}"`);
  const functions = shellBlocks(sections[0] ?? '').flatMap(
    (block) => block.match(/^\w+\(\) \{.*\}$/gm) ?? [],
  );
  return commands.map((command) => [...functions, command].join('\n'));
};
