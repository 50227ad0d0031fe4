import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { assertKey } from './key.ts';

/**
 * The layout of a disk store: `objects/ab/cd/abcd…` for blobs (a file, or a directory of parts), `uploads/abcd…/` for
 * the parts of incomplete blobs, and `tmp/abcd…` for writes and removals in progress.
 */
export interface DiskLayout {
  readonly root: string;
  readonly objects: string;
  readonly uploads: string;
  readonly temporary: string;
  /** The directory of a blob. @throws BlobKeyInvalid, so that only valid keys become paths. */
  directoryOf(key: string): string;
  pathOf(key: string): string;
  uploadPathOf(key: string): string;
  temporaryPathOf(key: string): string;
  /** Creates the directory of a blob durably, with its entries in all parents. Runs once per directory and process. */
  prepareDirectoryOf(key: string): Promise<void>;
  /** Must be called when a prepared directory is missing. */
  forgetDirectoryOf(key: string): void;
}

/** Only the user of the server may read the directories. */
export const directoryMode = 0o700;

export async function openLayout(root: string): Promise<DiskLayout> {
  const objects = join(root, 'objects');
  const uploads = join(root, 'uploads');
  const temporary = join(root, 'tmp');
  for (const path of [objects, uploads, temporary]) {
    await mkdir(path, { recursive: true, mode: directoryMode });
  }
  await syncDirectory(root);

  // An existing directory may not be durable yet: another writer may have created it without a sync of the parent. So
  // every writer waits for the same preparation.
  const prepared = new Map<string, Promise<void>>();
  const prepare = (parent: string, name: string): Promise<void> => {
    const path = join(parent, name);
    const known = prepared.get(path);
    if (known) return known;
    const doing = makeDurable(parent, path);
    prepared.set(path, doing);
    doing.catch(() => prepared.delete(path));
    return doing;
  };
  const levels = (key: string): [outer: string, inner: string] => {
    assertKey(key);
    return [key.slice(0, 2), key.slice(2, 4)];
  };
  const directoryOf = (key: string) => join(objects, ...levels(key));

  const within = (directory: string) => (key: string) => {
    assertKey(key);
    return join(directory, key);
  };

  return {
    root,
    objects,
    uploads,
    temporary,
    directoryOf,
    pathOf: (key) => join(directoryOf(key), key),
    uploadPathOf: within(uploads),
    temporaryPathOf: within(temporary),
    prepareDirectoryOf: async (key) => {
      const [outer, inner] = levels(key);
      await prepare(objects, outer);
      await prepare(join(objects, outer), inner);
    },
    forgetDirectoryOf: (key) => {
      const [outer, inner] = levels(key);
      prepared.delete(join(objects, outer));
      prepared.delete(join(objects, outer, inner));
    },
  };
}

async function makeDurable(parent: string, path: string): Promise<void> {
  await mkdir(path, { mode: directoryMode }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await syncDirectory(parent);
}

/** Syncs a directory, so that its entries survive a crash. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
