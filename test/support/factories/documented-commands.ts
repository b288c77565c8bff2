import { globSync, readFileSync } from 'node:fs';

/** A command that a page shows: a line of a `sh` block, continuations joined, or code within a sentence. */
export interface DocumentedCommand {
  readonly page: string;
  readonly command: string;
}

const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...globSync('docs/**/*.md').toSorted()];

/** The commands of all pages; those within a sentence are recognized by their program. */
export const documentedCommands = (): readonly DocumentedCommand[] =>
  PAGES.flatMap((page) => {
    const text = readFileSync(page, 'utf8');
    const blocks = shellBlocks(text).flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n'));
    const inline = Array.from(text.matchAll(/`((?:npm|npx|aws) [^`\n]+)`/g), ([, command = '']) => command);
    return [...blocks, ...inline]
      .map((line) => line.replace(/\s#.*$/, '').trim())
      .filter((command) => command !== '')
      .map((command) => ({ page, command }));
  });

/** The texts of a page's `sh` blocks. */
export const shellBlocks = (markdown: string): readonly string[] =>
  Array.from(markdown.matchAll(/^```sh\n(.*?)^```$/gms), ([, block = '']) => block);
