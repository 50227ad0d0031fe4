import { join } from 'node:path';
import {
  type BlobStore,
  BlobStoreFull,
  BlobStoreUnavailable,
  openDiskStore,
  openS3Store,
} from '@modelbox/blobs';
import { type Config, ConfigError } from '../config.ts';

export type Places = Pick<
  Config,
  'blobs' | 'dataDir' | 's3Endpoint' | 's3Region' | 's3ForcePathStyle' | 's3Sse'
>;

/**
 * Opens the store that the configuration names, once it is sure that it can be written to and read from.
 * @throws ConfigError
 */
export async function openBlobs(config: Places): Promise<BlobStore> {
  const { blobs } = config;
  if (blobs === 'disk') return openDiskStore({ root: join(config.dataDir, 'blobs') });
  try {
    return await openS3Store({
      ...blobs,
      endpoint: config.s3Endpoint,
      region: config.s3Region,
      forcePathStyle: config.s3ForcePathStyle,
      ...config.s3Sse,
    });
  } catch (error) {
    throw unusable(config, error);
  }
}

/** What to tell whoever starts a server of a bucket that cannot be used; any other error as it is. */
export function unusable({ blobs, s3Endpoint }: Places, error: unknown): unknown {
  const isUnusable = error instanceof BlobStoreUnavailable || error instanceof BlobStoreFull;
  if (!isUnusable || blobs === 'disk') return error;
  const reason = error.cause instanceof Error ? error.cause.message : error.message;
  const where = s3Endpoint ?? 'AWS';
  return new ConfigError([
    `The bucket ${blobs.bucket} at ${where} cannot be used to store files (${reason}).`,
    'See MODELBOX_BLOBS and MODELBOX_S3_ENDPOINT, the credentials (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) and the region.',
  ]);
}
