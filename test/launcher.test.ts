// The launcher behind `npm start`: signals, orphans, the lock and the closing line, with real processes.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const scripts = join(import.meta.dirname, '..', 'scripts');
const url = (name: string): string => pathToFileURL(join(scripts, name)).href;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelbox launcher '));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(text: string): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', text]);
  child.stdin.end();
  return child;
}

/** Starts the launcher's `runChild` on a server that reports its start and its signals. */
function launch(): ChildProcessWithoutNullStreams {
  const server = join(folder, 'server.mjs');
  writeFileSync(
    server,
    `const end = () => setTimeout(() => process.exit(7), 100);
     let got = 0;
     for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { console.log('got', ++got); end(); });
     setInterval(() => {}, 1000);
     console.log('ready', process.pid);`,
  );
  const args = ['--import', url('lifeline.mjs'), server];
  return run(
    `import { runChild } from ${JSON.stringify(url('child.mjs'))};
     const { code } = await runChild(process.execPath, ${JSON.stringify(args)}, { ipc: true });
     process.exitCode = code;`,
  );
}

function reading(child: ChildProcessWithoutNullStreams) {
  let text = '';
  const seen: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (const look of seen) look();
    });
  }
  return {
    text: () => text,
    until: (pattern: RegExp): Promise<RegExpExecArray> =>
      new Promise((resolve) => {
        const look = (): void => {
          const match = pattern.exec(text);
          if (match) resolve(match);
        };
        seen.push(look);
        look();
      }),
  };
}

const exit = async (child: ChildProcessWithoutNullStreams): Promise<number | null> => {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
};

test('a signal that arrives twice reaches the server once, and the launcher returns its exit code', async () => {
  const launcher = launch();
  const output = reading(launcher);
  await output.until(/ready/);
  launcher.kill('SIGINT');
  launcher.kill('SIGTERM');
  expect(await exit(launcher)).toBe(7);
  expect(output.text().match(/got \d/g)).toEqual(['got 1']);
});

test('a killed launcher leaves no server behind', async () => {
  const launcher = launch();
  await reading(launcher).until(/ready/);
  launcher.kill('SIGKILL');
  // Both processes write to the same output, which closes when the last one ends.
  expect(await exit(launcher)).toBe(null);
});

test('the setup runs in one process at a time, and the lock of a dead owner is taken over', async () => {
  const lock = join(folder, 'setup.lock');
  const log = join(folder, 'log');
  const dead = run('');
  await exit(dead);
  writeFileSync(lock, `${dead.pid}\n`);

  const contender = `import { withLock } from ${JSON.stringify(url('lock.mjs'))};
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    const log = (word) => appendFileSync(${JSON.stringify(log)}, word + ' ');
    await withLock(${JSON.stringify(lock)}, () => {}, async () => { log('in'); await sleep(50); log('out'); });`;
  const codes = await Promise.all([contender, contender, contender].map((text) => exit(run(text))));

  expect(codes).toEqual([0, 0, 0]);
  expect(readFileSync(log, 'utf8')).toBe('in out in out in out ');
});

test('the test run ends with one line that counts an unloadable file as failed', async () => {
  writeFileSync(
    join(folder, 'mixed.test.mjs'),
    `import { expect, test } from 'vitest';
     test('one', () => {}); test('two', () => {}); test.skip('three', () => {});
     test('four', () => { expect(1).toBe(2); });`,
  );
  writeFileSync(join(folder, 'broken.test.mjs'), `import './missing.mjs';`);
  const vitest = join(import.meta.dirname, '..', 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', `--reporter=${join(scripts, 'closing-line.mjs')}`];
  writeFileSync(join(folder, 'vitest.config.mjs'), 'export default {};');
  const child = spawn(process.execPath, [vitest, 'run', '--root', folder, ...reporters], {
    env: { ...process.env, NODE_PATH: join(import.meta.dirname, '..', 'node_modules') },
  });
  const output = reading(child);
  expect(await exit(child)).toBe(1);
  expect(output.text().trimEnd().split('\n').at(-1)).toBe('2 passed, 2 failed, 1 skipped');
});
