// A Markdown reader for fenced blocks, headings and links.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

/** A fenced block. `line` is the number of its opening fence, from 1. */
export interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

export interface Page {
  readonly path: string;
  readonly blocks: readonly Block[];
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly string[];
}

export const storyPages = (): Page[] =>
  ['README.md', ...globSync('docs/*.md', { cwd: root }).sort()].map(readPage);

export function readPage(path: string): Page {
  const blocks: Block[] = [];
  const prose: string[] = [];
  let open: { language: string; line: number; text: string[] } | undefined;
  for (const [index, line] of readFileSync(join(root, path), 'utf8').split('\n').entries()) {
    const fence = /^```(\w*)\s*$/.exec(line);
    if (open === undefined && fence) open = { language: fence[1] ?? '', line: index + 1, text: [] };
    else if (open === undefined) prose.push(line);
    else if (line === '```') {
      blocks.push({ language: open.language, line: open.line, text: `${open.text.join('\n')}\n` });
      open = undefined;
    } else open.text.push(line);
  }
  if (open) throw new Error(`${path}:${open.line}: the block is not closed`);
  return { path, blocks, anchors: anchorsOf(prose), links: linksOf(prose) };
}

/** GitHub's rule: lower case, punctuation dropped, spaces become dashes, repeats are numbered. */
function anchorsOf(prose: readonly string[]): Set<string> {
  const anchors = new Set<string>();
  for (const line of prose) {
    const title = /^#{1,6} (.*)$/.exec(line)?.[1];
    if (title === undefined) continue;
    const slug = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

const linksOf = (prose: readonly string[]): string[] =>
  [
    ...prose
      .join('\n')
      .replace(/`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map((match) => match[1] as string);
