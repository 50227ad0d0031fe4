import { join } from 'node:path';

/** Folder of the embedded Postgres: its cluster, password and log. */
export const postgresFolder = (dataDir: string): string => join(dataDir, 'postgres');

/** Folder of the disk store. */
export const blobsFolder = (dataDir: string): string => join(dataDir, 'blobs');
