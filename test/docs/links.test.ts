import { existsSync, globSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { readPage, root } from './markdown.ts';

const paths = ['*.md', 'docs/*.md', 'packages/*/README.md'].flatMap((pattern) =>
  globSync(pattern, { cwd: root }),
);

test.each(paths)('%s: its links lead to files and headings that exist', (path) => {
  const broken = readPage(path).links.filter(
    (link) => !/^(?:https?:|mailto:)/.test(link) && !leads(path, link),
  );
  expect(broken).toEqual([]);
});

test('docs/README.md names every page', () => {
  const named = new Set(readPage('docs/README.md').links);
  const pages = globSync('*.md', { cwd: join(root, 'docs') }).filter((page) => page !== 'README.md');
  expect(pages.filter((page) => !named.has(page))).toEqual([]);
});

function leads(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? from : normalize(join(dirname(from), decodeURI(file)));
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || !target.endsWith('.md') || readPage(target).anchors.has(anchor);
}
