import { open, readFile, stat, unlink } from 'node:fs/promises';
import { onDisk } from './disk-errors.ts';
import type { DiskLayout } from './disk-layout.ts';
import { newKey } from './key.ts';

/** Writes a probe where uploads begin, reads it back, removes it. A crash leaves it to the sweep of temporary files. */
export async function checkDisk(layout: DiskLayout): Promise<void> {
  const probe = newKey();
  const path = layout.temporaryPathOf(probe);
  await onDisk(
    (async () => {
      await stat(layout.objects);
      const file = await open(path, 'wx', 0o600);
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
