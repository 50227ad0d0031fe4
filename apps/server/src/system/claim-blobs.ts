import { join } from 'node:path';
import { type BlobStore, BlobStoreForeign, markerName } from '@modelbox/blobs';
import type { Database } from '@modelbox/db';
import { ConfigError } from '../config.ts';
import { blobsFolder } from '../data-folders.ts';
import { type Places, unusable } from './open-blobs.ts';

/**
 * Marks the store as this database's, where nobody has: what the database does not know there is then nobody's, and may be
 * swept. A database that is restored from a dump is still the same one.
 * @throws ConfigError where the store is another database's.
 */
export async function claimBlobs(config: Places, db: Database, store: BlobStore): Promise<void> {
  const { rows } = await db.side.query<{ id: string }>('SELECT id FROM database_identity');
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('the database does not say which one it is');
  try {
    await store.claim(id);
  } catch (error) {
    throw error instanceof BlobStoreForeign ? foreign(config, error.owner, id) : unusable(config, error);
  }
}

function foreign({ blobs, dataDir }: Places, owner: string, id: string): ConfigError {
  const isDisk = blobs === 'disk';
  const place = isDisk
    ? blobsFolder(dataDir)
    : `s3://${[blobs.bucket, blobs.prefix].filter(Boolean).join('/')}`;
  const marker = isDisk ? join(place, markerName) : `${place}/${markerName}`;
  return new ConfigError([
    `The files in ${place} are those of another database: ${marker} names ${owner}, and this database is ${id}.`,
    "This server would find none of its own files there, and would in time remove the others as nobody's.",
    `Give this database a place of its own (another ${isDisk ? 'MODELBOX_DATA_DIR' : 'prefix in MODELBOX_BLOBS'}), or ` +
      'restore the database that the files belong to: one that comes from its dump is known here.',
    `Only if that database is gone for good, remove ${marker} by hand.`,
  ]);
}
