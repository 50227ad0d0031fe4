import {
  type BlobStore,
  BlobStoreFull,
  BlobStoreUnavailable,
  openDiskStore,
  openS3Store,
} from '@modelbox/blobs';
import { type Config, ConfigError } from '../config/config.ts';
import { blobsFolder } from '../config/data-folders.ts';
import { s3Advice } from './s3-advice.ts';

export type StoreConfig = Pick<
  Config,
  'blobs' | 'dataDir' | 's3Endpoint' | 's3Region' | 's3ForcePathStyle' | 's3Sse' | 's3StallTimeout'
>;

/**
 * Opens the configured store after a successful test write and read.
 * @param now time for signed URLs until the S3 server has reported its own time.
 * @param tell receives warnings that do not stop the start.
 * @throws ConfigError
 */
export async function openBlobs(
  config: StoreConfig,
  now: () => Date,
  tell: (message: string) => void,
): Promise<BlobStore> {
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
      stallTimeout: config.s3StallTimeout,
      tell,
    });
  } catch (error) {
    throw unusable(config, error);
  }
}

export function storeName(config: StoreConfig): string {
  const { blobs, s3Endpoint } = config;
  if (blobs === 'disk') return `the folder ${blobsFolder(config.dataDir)}`;
  return `the bucket ${blobs.bucket} at ${s3Endpoint ?? 'AWS'}`;
}

/** Maps an unusable store to a ConfigError with advice; returns any other error unchanged. */
export function unusable(config: StoreConfig, error: unknown): unknown {
  const { blobs } = config;
  if (!(error instanceof BlobStoreUnavailable || error instanceof BlobStoreFull)) return error;
  const reason = error.cause instanceof Error ? error.cause.message : error.message;
  if (blobs === 'disk')
    return new ConfigError([
      `T${storeName(config).slice(1)} cannot be used to store files (${reason}).`,
      'The user who runs the server must be able to read and write there, and the disk needs room for a first file.',
    ]);
  return new ConfigError([
    `T${storeName(config).slice(1)} cannot be used to store files (${reason}).`,
    s3Advice(error.cause),
  ]);
}
