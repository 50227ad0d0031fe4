import { join } from 'node:path';
import { type BlobStore, BlobStoreOwnerMismatch, markerName } from '@modelbox/blobs';
import type { Database } from '@modelbox/db';
import { type Config, ConfigError } from '../config/config.ts';
import { blobsFolder } from '../config/data-folders.ts';
import { type StoreConfig, unusable } from './open-blobs.ts';

/**
 * Marks the store with the id of this database, if the store has no marker and the database has no files yet. Unknown
 * content in a marked store is then an orphan, and may be swept. A restored dump keeps the id.
 * @throws ConfigError if the store belongs to another database, or lacks the marker though the database has files
 */
export async function claimBlobs(
  config: StoreConfig & Pick<Config, 'adoptBlobs'>,
  db: Database,
  store: BlobStore,
): Promise<void> {
  const { rows } = await db.background.query<{ id: string }>('SELECT id FROM database_identity');
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('the database has no identity');
  try {
    if (!config.adoptBlobs && (await hasFiles(db)) && (await store.owner()) === undefined)
      throw unmarked(config);
    await store.claim(id);
  } catch (error) {
    throw error instanceof BlobStoreOwnerMismatch
      ? ownedByAnother(config, error.owner, id)
      : unusable(config, error);
  }
}

async function hasFiles(db: Database): Promise<boolean> {
  const { rows } = await db.background.query<{ has: boolean }>(
    'SELECT EXISTS (SELECT FROM blobs) OR EXISTS (SELECT FROM uploads WHERE cleaned_at IS NULL) AS has',
  );
  return rows[0]?.has === true;
}

function locationOf({ blobs, dataDir }: StoreConfig): { location: string; marker: string } {
  const isDisk = blobs === 'disk';
  const location = isDisk
    ? blobsFolder(dataDir)
    : `s3://${[blobs.bucket, blobs.prefix].filter(Boolean).join('/')}`;
  return { location, marker: isDisk ? join(location, markerName) : `${location}/${markerName}` };
}

function unmarked(config: StoreConfig): ConfigError {
  const { location, marker } = locationOf(config);
  return new ConfigError([
    `The database has files, and ${location} is not where it keeps them (${marker} is missing). Set MODELBOX_BLOBS ` +
      'and MODELBOX_DATA_DIR back to the place of the files. If you moved or restored the files to this place, ' +
      'start once with MODELBOX_ADOPT_BLOBS=true, then run npm run verify.',
  ]);
}

function ownedByAnother(config: StoreConfig, owner: string, id: string): ConfigError {
  const isDisk = config.blobs === 'disk';
  const { location, marker } = locationOf(config);
  return new ConfigError([
    `The files in ${location} belong to another database: ${marker} names ${owner}, and this database is ${id}.`,
    'This server would find none of its own files there, and would later delete the other files as orphans.',
    'Give this database a place of its own (another ' +
      `${isDisk ? 'MODELBOX_DATA_DIR' : 'prefix in MODELBOX_BLOBS'}), or ` +
      'restore the database that the files belong to: a dump keeps the id of its database.',
    `Only if that database no longer exists, remove ${marker} by hand.`,
  ]);
}
