import { BlobStoreFull, BlobStoreReadOnly, BlobStoreUnavailable } from './errors.ts';

/** The system's code (`ENOENT`), if the error has one. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** Awaits an operation on our own disk and names its failure in the store's terms. Never for the source's errors. */
export async function onDisk<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    const code = codeOf(error);
    // EFBIG: the filesystem cannot hold a file of that size, which to the caller is the same.
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') throw new BlobStoreFull(error);
    if (code === 'EROFS') throw new BlobStoreReadOnly(error);
    throw new BlobStoreUnavailable(error);
  }
}

/** As `onDisk`, for what begins a write: missing rights there do not say that nothing can be read. */
export const toWrite = <T>(operation: Promise<T>): Promise<T> =>
  onDisk(operation).catch((error: unknown) => {
    const code = codeOf((error as Error).cause);
    throw code === 'EACCES' || code === 'EPERM' ? new BlobStoreReadOnly((error as Error).cause) : error;
  });

/**
 * As `onDisk`, but a missing file gives `undefined`, as do a link that was not to be followed and a path through what is no
 * directory any more.
 */
export const ifThere = <T>(operation: Promise<T>): Promise<T | undefined> =>
  onDisk(
    operation.catch((error: unknown) => {
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENOTDIR') return undefined;
      throw error;
    }),
  );
