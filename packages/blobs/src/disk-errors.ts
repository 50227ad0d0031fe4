import { BlobStoreFull, BlobStoreReadOnly, BlobStoreUnavailable } from './errors.ts';

/** The system error code (`ENOENT`), if the error has one. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/**
 * Awaits an operation on the disk and converts its error to an error of the store. Must not wrap errors of the
 * source.
 */
export async function onDisk<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    const code = codeOf(error);
    // EFBIG, the file size limit of the filesystem, means the same to the caller.
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') throw new BlobStoreFull(error);
    if (code === 'EROFS') throw new BlobStoreReadOnly(error);
    throw new BlobStoreUnavailable(error);
  }
}

/** Like `onDisk`, for the start of a write: missing rights to write say nothing about reading. */
export const toWrite = <T>(operation: Promise<T>): Promise<T> =>
  onDisk(operation).catch((error: unknown) => {
    const code = codeOf((error as Error).cause);
    throw code === 'EACCES' || code === 'EPERM' ? new BlobStoreReadOnly((error as Error).cause) : error;
  });

/**
 * Like `onDisk`, but returns `undefined` for a missing file, for a symbolic link that must not be followed, and for a
 * path through a file.
 */
export const ifThere = <T>(operation: Promise<T>): Promise<T | undefined> =>
  onDisk(
    operation.catch((error: unknown) => {
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENOTDIR') return undefined;
      throw error;
    }),
  );
