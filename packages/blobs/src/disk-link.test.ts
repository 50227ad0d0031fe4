import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { linkOrCopy } from './disk-link.ts';

const made: string[] = [];
const directory = async (parent: string) => {
  const path = await mkdtemp(join(parent, 'modelbox-blobs-'));
  made.push(path);
  return path;
};
afterEach(() => Promise.all(made.splice(0).map((path) => rm(path, { recursive: true }))));

it('gives a file a second name, but never a name that another file has', async () => {
  const root = await directory(tmpdir());
  await writeFile(join(root, 'from'), 'content');
  await linkOrCopy(join(root, 'from'), join(root, 'to'));
  expect((await stat(join(root, 'to'))).nlink).toBe(2);
  await expect(linkOrCopy(join(root, 'from'), join(root, 'to'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(linkOrCopy(join(root, 'none'), join(root, 'to'))).rejects.toMatchObject({ code: 'ENOENT' });
});

const memory = '/dev/shm';
const areTwo = existsSync(memory) && (await stat(memory)).dev !== (await stat(tmpdir())).dev;
it.skipIf(!areTwo)('copies if links are impossible', async () => {
  const [root, elsewhere] = [await directory(tmpdir()), await directory(memory)];
  await writeFile(join(root, 'from'), 'content', { mode: 0o600 });
  await linkOrCopy(join(root, 'from'), join(elsewhere, 'to'));
  expect(await readFile(join(elsewhere, 'to'), 'utf8')).toBe('content');
  expect((await stat(join(elsewhere, 'to'))).mode & 0o777).toBe(0o600);
  await expect(linkOrCopy(join(root, 'from'), join(elsewhere, 'to'))).rejects.toMatchObject({
    code: 'EEXIST',
  });
});
