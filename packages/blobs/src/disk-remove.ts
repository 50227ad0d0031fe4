import { rename, rm, unlink, utimes } from 'node:fs/promises';
import { codeOf, ifThere, onDisk } from './disk-errors.ts';
import { syncDirectory } from './disk-layout.ts';
import { assertPresent, type DiskWork } from './disk-work.ts';
import { newKey } from './key.ts';

/** Removes a blob, whether it is a file or a directory. */
export async function deleteFromDisk(work: DiskWork, key: string): Promise<void> {
  const { layout } = work;
  const removal = unlink(layout.pathOf(key)).then(
    () => 'removed',
    (error: unknown) => {
      // The error for a directory: EISDIR on Linux, EPERM by POSIX.
      if (codeOf(error) === 'EISDIR' || codeOf(error) === 'EPERM') return 'a directory';
      throw error;
    },
  );
  const outcome = await ifThere(removal);
  if (outcome === undefined) await assertPresent(layout);
  if (outcome === 'a directory') await deleteDirectory(work, key);
}

/** Moves the directory away durably first: neither a reader nor a crash of the machine may find half of the parts. */
async function deleteDirectory({ layout, underWay, readers }: DiskWork, key: string): Promise<void> {
  const name = newKey();
  const away = layout.temporaryPathOf(name);
  readers.moving(key, away);
  underWay.add(name);
  const isMoved = await ifThere(rename(layout.pathOf(key), away).then(() => true)).catch((error: unknown) => {
    underWay.delete(name);
    throw error;
  });
  const left = readers.left(key);
  const removing = (async () => {
    try {
      if (!isMoved) return;
      // Renews the age of the directory, so that sweeps of other servers leave it to the readers for a while.
      await utimes(away, new Date(), new Date()).catch(() => {});
      await onDisk(syncDirectory(layout.temporary));
      await onDisk(syncDirectory(layout.directoryOf(key)));
      await left;
      await onDisk(rm(away, { recursive: true, force: true }));
    } finally {
      underWay.delete(name);
    }
  })();
  // The delete does not wait for readers. If the removal fails, the sweep repeats it.
  if (left) removing.catch(() => {});
  else await removing;
}

/** Moves a directory away atomically, then removes its content. Returns false if it does not exist. */
export async function discard({ layout, underWay }: DiskWork, directory: string): Promise<boolean> {
  const name = newKey();
  const away = layout.temporaryPathOf(name);
  underWay.add(name);
  try {
    const isMoved = await ifThere(rename(directory, away).then(() => true));
    // If this fails, the sweep removes it.
    if (isMoved) await rm(away, { recursive: true, force: true }).catch(() => {});
    return isMoved ?? false;
  } finally {
    underWay.delete(name);
  }
}
