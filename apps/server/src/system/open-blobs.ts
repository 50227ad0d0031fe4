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
 * Opens the store that the configuration names, once it is sure that it can be written to and read from.
 * @param now the time by which URLs are signed until the S3 server has told its own.
 * @param tell Told what does not keep the server from starting, and needs somebody's attention.
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

/** As a sentence names it. */
export function storeName(config: StoreConfig): string {
  const { blobs, s3Endpoint } = config;
  if (blobs === 'disk') return `the folder ${blobsFolder(config.dataDir)}`;
  return `the bucket ${blobs.bucket} at ${s3Endpoint ?? 'AWS'}`;
}

/** What to tell whoever starts a server if the store cannot be used; any other error as it is. */
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
