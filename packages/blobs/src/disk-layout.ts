import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { assertKey } from './key.ts';

/**
 * Where a disk store keeps what: `objects/ab/cd/abcd…` for blobs, a file each or a directory of its parts;
 * `uploads/abcd…/` for the parts of blobs that are not complete; `tmp/abcd…` for writes and removals under way.
 */
export interface DiskLayout {
  readonly root: string;
  readonly objects: string;
  readonly uploads: string;
  readonly temporary: string;
  /** The directory of a blob. @throws BlobKeyInvalid, so that no path is ever built from anything else. */
  directoryOf(key: string): string;
  pathOf(key: string): string;
  uploadPathOf(key: string): string;
  temporaryPathOf(key: string): string;
  /** Makes a blob's directory and its entry in each parent durable, once in a process. */
  prepareDirectoryOf(key: string): Promise<void>;
  /** To be called when a prepared directory turned out to be missing. */
  forgetDirectoryOf(key: string): void;
}

/** Only the server's own user may look inside. */
export const directoryMode = 0o700;

export async function openLayout(root: string): Promise<DiskLayout> {
  const objects = join(root, 'objects');
  const uploads = join(root, 'uploads');
  const temporary = join(root, 'tmp');
  for (const path of [objects, uploads, temporary]) {
    await mkdir(path, { recursive: true, mode: directoryMode });
  }
  await syncDirectory(root);

  // That a directory exists does not say that it would outlive a crash: a racing writer may have made it and not
  // yet synced the parent. So each writer waits for the one preparation.
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

/** Makes the entries of a directory outlive a crash. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
