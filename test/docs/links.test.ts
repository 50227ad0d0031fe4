import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { readPage, root } from './markdown.ts';

const paths = ['*.md', 'docs/*.md', '{apps,packages}/*/README.md'].flatMap((pattern) =>
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

test('SECURITY.md names tests that exist', () => {
  const text = readFileSync(join(root, 'SECURITY.md'), 'utf8');
  const named = [...text.matchAll(/`([\w/.-]+\.test\.ts)`/g)].map(([, file]) => file as string);
  expect(named.length).toBeGreaterThan(10);
  const there = globSync('{apps,packages}/*/src/**/*.test.ts', { cwd: root });
  expect(named.filter((file) => !there.some((path) => path.endsWith(`/${file}`)))).toEqual([]);
});

// The page of the client is for its users, and names no files.
const READMES = globSync('{apps,packages}/*/README.md', { cwd: root });
const OWN_READMES = READMES.filter((path) => !path.includes('/client/'));

test('every package and app has a README', () => {
  const folders = globSync('{apps,packages}/*/package.json', { cwd: root }).map(dirname);
  expect(folders.filter((folder) => !READMES.includes(`${folder}/README.md`))).toEqual([]);
});

test.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', ...OWN_READMES])(
  '%s names files and folders that exist',
  (page) => {
    const text = readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
    const named = [...text.matchAll(/`(\w[\w.-]*\/(?:[\w./-]*)|[\w-]+\.ts)`/g)].map(
      ([, path]) => path as string,
    );
    expect(named.length).toBeGreaterThan(page.includes('/') ? 1 : 10);
    const files = globSync('{apps,packages}/*/{src,testing}/**/*.ts', { cwd: root });
    const code = [...files, ...globSync('{test,bench,scripts,prisma,docs}/**/*.*', { cwd: root })];
    const isThere = (path: string) =>
      existsSync(join(root, path)) || code.some((file) => `/${file}`.includes(`/${path}`));
    expect([...new Set(named)].filter((path) => !isThere(path))).toEqual([]);
  },
);

function leads(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? from : normalize(join(dirname(from), decodeURI(file)));
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || !target.endsWith('.md') || readPage(target).anchors.has(anchor);
}
