import { access, constants, open, readFile, statfs, unlink } from 'node:fs/promises';
import { onDisk, toWrite } from './disk-errors.ts';
import type { DiskLayout } from './disk-layout.ts';
import { newKey } from './key.ts';

/**
 * Checks that blobs can be read, then writes, reads and removes a probe in the folder of temporary files. If a crash
 * leaves the probe, the sweep removes it.
 */
export async function checkDisk(layout: DiskLayout): Promise<void> {
  const probe = newKey();
  const path = layout.temporaryPathOf(probe);
  await onDisk(access(layout.objects, constants.R_OK | constants.X_OK));
  const file = await toWrite(open(path, 'wx', 0o600));
  await onDisk(
    (async () => {
      try {
        await file.writeFile(probe);
        await file.sync();
        if ((await readFile(path, 'utf8')) !== probe) throw new Error('the probe reads back other bytes');
      } finally {
        await file.close();
        await unlink(path);
      }
    })(),
  );
}

/** The bytes that an ordinary user may still write. User quotas do not show here. */
export async function freeOnDisk({ root }: DiskLayout): Promise<number> {
  const { bavail, bsize } = await onDisk(statfs(root));
  return bavail * bsize;
}
