// Runs the examples of the README and of docs/ against a server process, exactly as printed.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../packages/db/src/testing/index.ts';
import { accessStage } from './access-stage.ts';
import { type Block, type Page, root, storyPages } from './markdown.ts';
import { firstLine, isNotRun, readNotRun } from './not-run.ts';
import { openScene, run, type Stage } from './process.ts';
import { forgotten, programOf, stepsOf, tellProgram, tellShell } from './story.ts';

const pages = storyPages();
const notRun = readNotRun();
const leftOutOf = (page: Page) => (block: Block) => isNotRun(notRun, page, block);
const stories = pages.map((page) => ({
  page,
  path: page.path,
  sh: stepsOf(page, 'sh', leftOutOf(page)),
  ts: stepsOf(page, 'ts', leftOutOf(page)),
}));

/** Pages that need a server with other settings than the defaults. */
const STAGES: Record<string, () => Promise<Stage>> = { 'docs/access.md': accessStage };

/** The `sh` blocks need bash, and a curl with `--fail-with-body` (7.76, of 2021). */
const hasCurl = spawnSync('bash', ['-c', 'curl --fail-with-body --version']).status === 0;

describe('the examples print what the page shows', () => {
  for (const { page, path, sh, ts } of stories) {
    if (sh.length + ts.length === 0) continue;
    test.concurrent(`${path}: ${sh.length} sh, ${ts.length} ts`, { timeout: 120_000 }, async (context) => {
      if (ts.length === 0 && !hasCurl) context.skip('bash or curl ≥ 7.76 is missing');
      const database = await createTestDatabase();
      const scene = await openScene(database.url, await STAGES[path]?.());
      try {
        const isShellFirst = (sh[0]?.block.line ?? Infinity) < (ts[0]?.block.line ?? Infinity);
        if (sh.length > 0 && hasCurl && isShellFirst) await tellShell(page, sh, scene);
        if (ts.length > 0) await tellProgram(page, ts, scene);
        // The README says that its program can be run again.
        if (path === 'README.md') await tellProgram(page, ts, scene);
        if (sh.length > 0 && hasCurl && !isShellFirst) await tellShell(page, sh, scene);
      } catch (error) {
        await scene.stop();
        throw new Error(`${(error as Error).message}\n--- the server logged\n${scene.log()}`, {
          cause: error,
        });
      } finally {
        await scene.stop();
        await database.drop();
      }
    });
  }
});

test('the programs pass the strict type check', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'modelbox-docs-types-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        include: ['src'],
        compilerOptions: { noUnusedLocals: false },
      }),
    );
    mkdirSync(join(folder, 'src'));
    for (const { path, ts } of stories)
      if (ts.length > 0) writeFileSync(join(folder, 'src', `${path.replaceAll('/', '_')}.ts`), programOf(ts));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { code, output } = await run(process.execPath, [tsc, '-p', folder], { cwd: folder, env: {} });
    expect({ code, output }).toEqual({ code: 0, output: '' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('every block is run, shows an output, or is listed in docs/not-run.md', () => {
  const left = pages.flatMap((page) =>
    forgotten(page, leftOutOf(page)).map((block) => `${page.path}:${block.line}: ${firstLine(block)}`),
  );
  expect(left).toEqual([]);
});

test('docs/not-run.md lists only existing blocks', () => {
  const stale = notRun.filter(
    (entry) =>
      !pages.some(
        (page) => page.path === entry.page && page.blocks.some((block) => firstLine(block) === entry.begins),
      ),
  );
  expect(stale).toEqual([]);
});
