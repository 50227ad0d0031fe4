// Reads the blocks that the tests do not run, with the reasons, from the table in docs/not-run.md.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Block, type Page, root } from './markdown.ts';

export interface NotRun {
  readonly page: string;
  readonly begins: string;
  readonly why: string;
}

/** The rows of the table: page, first line of the block in code quotes, reason. */
export function readNotRun(): NotRun[] {
  const rows = readFileSync(join(root, 'docs', 'not-run.md'), 'utf8').matchAll(
    /^\| (\S+\.md) \| `` (.+) `` \| (.+) \|$/gm,
  );
  return [...rows].map(([, page, begins, why]) => ({ page, begins, why }) as NotRun);
}

export const isNotRun = (list: readonly NotRun[], page: Page, block: Block): boolean =>
  list.some((entry) => entry.page === page.path && entry.begins === firstLine(block));

export const firstLine = (block: Block): string => block.text.split('\n', 1)[0] as string;
