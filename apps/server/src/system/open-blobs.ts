import {
  type BlobStore,
  BlobStoreFull,
  BlobStoreUnavailable,
  openDiskStore,
  openS3Store,
} from '@modelbox/blobs';
import { type Config, ConfigError } from '../config.ts';
import { blobsFolder } from '../data-folders.ts';

export type Places = Pick<
  Config,
  'blobs' | 'dataDir' | 's3Endpoint' | 's3Region' | 's3ForcePathStyle' | 's3Sse'
>;

/**
 * Opens the store that the configuration names, once it is sure that it can be written to and read from.
 * @param now the time by which URLs are signed.
 * @throws ConfigError
 */
export async function openBlobs(config: Places, now: () => Date): Promise<BlobStore> {
  const { blobs } = config;
  try {
    if (blobs === 'disk') return await openDiskStore({ root: blobsFolder(config.dataDir) });
    return await openS3Store({
      ...blobs,
      endpoint: config.s3Endpoint,
      region: config.s3Region,
      forcePathStyle: config.s3ForcePathStyle,
      ...config.s3Sse,
      now,
    });
  } catch (error) {
    throw unusable(config, error);
  }
}

/** What to tell whoever starts a server if the store cannot be used; any other error as it is. */
export function unusable(config: Places, error: unknown): unknown {
  const { blobs, s3Endpoint } = config;
  if (!(error instanceof BlobStoreUnavailable || error instanceof BlobStoreFull)) return error;
  const reason = error.cause instanceof Error ? error.cause.message : error.message;
  if (blobs === 'disk')
    return new ConfigError([
      `The folder ${blobsFolder(config.dataDir)} cannot be used to store files (${reason}).`,
      'The user who runs the server must be able to read and write there, and the disk needs room for a first file.',
    ]);
  const where = s3Endpoint ?? 'AWS';
  return new ConfigError([
    `The bucket ${blobs.bucket} at ${where} cannot be used to store files (${reason}).`,
    'See MODELBOX_BLOBS and MODELBOX_S3_ENDPOINT, the credentials (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) and the region.',
  ]);
}
