import { BlobNotFound, openDiskStore } from '@modelbox/blobs';
import { openDatabase } from '@modelbox/db';
import { blobsFolder } from '../config/data-folders.ts';

const PAGE = 1_000;

/** Returns the SHA-256 of contents that the database refers to, but that the store lacks or has with another size. */
export async function missingContent(url: string, dataDir: string): Promise<string[]> {
  const db = openDatabase({ url, poolSize: 2 });
  try {
    const store = await openDiskStore({ root: blobsFolder(dataDir) });
    const missing: string[] = [];
    for (let after = ''; ; ) {
      const { rows } = await db.background.query<{ key: string; sha256: string; size: number }>(
        'SELECT key, sha256, size_bytes::float8 AS size FROM blobs WHERE key > $1 ORDER BY key LIMIT $2',
        [after, PAGE],
      );
      for (const { key, sha256, size } of rows) {
        const found = await store.stat(key).catch((error: unknown) => {
          if (error instanceof BlobNotFound) return undefined;
          throw error;
        });
        if (found?.sizeBytes !== size) missing.push(sha256);
        after = key;
      }
      if (rows.length < PAGE) return missing;
    }
  } finally {
    await db.close();
  }
}
