import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assertOwnedBy, assertOwner, markerName } from './claim.ts';
import { codeOf, ifThere, onDisk } from './disk-errors.ts';
import { syncDirectory } from './disk-layout.ts';
import { linkOrCopy } from './disk-link.ts';
import type { DiskWork } from './disk-work.ts';
import { newKey } from './key.ts';

const markerOf = ({ layout }: DiskWork): string => join(layout.root, markerName);

export const ownerOnDisk = async (work: DiskWork): Promise<string | undefined> =>
  (await ifThere(readFile(markerOf(work), 'utf8')))?.trim();

/**
 * Writes the marker elsewhere and links it to its name. Only one of several callers succeeds, and nobody sees half a
 * marker.
 */
export async function claimDisk(work: DiskWork, id: string): Promise<void> {
  assertOwner(id);
  const { layout, underWay } = work;
  const marker = markerOf(work);
  const found = await ifThere(readFile(marker, 'utf8'));
  if (found !== undefined) return assertOwnedBy(id, found);
  const name = newKey();
  const path = layout.temporaryPathOf(name);
  underWay.add(name);
  try {
    const file = await onDisk(open(path, 'wx', 0o600));
    try {
      await onDisk(file.writeFile(`${id}\n`));
      await onDisk(file.sync());
    } finally {
      await file.close();
    }
    await onDisk(
      linkOrCopy(path, marker).catch((error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw error;
      }),
    );
    await onDisk(syncDirectory(layout.root));
    assertOwnedBy(id, await onDisk(readFile(marker, 'utf8')));
  } finally {
    await rm(path, { force: true }).catch(() => {});
    underWay.delete(name);
  }
}
