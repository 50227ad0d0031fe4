import { join } from 'node:path';
import {
  type BlobStore,
  BlobStoreFull,
  BlobStoreUnavailable,
  openDiskStore,
  openS3Store,
} from '@modelbox/blobs';
import { type Config, ConfigError } from '../config.ts';

type Places = Pick<Config, 'blobs' | 'dataDir' | 's3Endpoint' | 's3Region' | 's3ForcePathStyle' | 's3Sse'>;

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
    if (!(error instanceof BlobStoreUnavailable || error instanceof BlobStoreFull)) throw error;
    const reason = error.cause instanceof Error ? error.cause.message : error.message;
    const where = config.s3Endpoint ?? 'AWS';
    throw new ConfigError([
      `The bucket ${blobs.bucket} at ${where} cannot be used to store files (${reason}).`,
      'See MODELBOX_BLOBS and MODELBOX_S3_ENDPOINT, the credentials (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) and the region.',
    ]);
  }
}
