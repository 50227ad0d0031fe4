import { join } from 'node:path';

/* The layout of the data folder. */

/** The cluster of the embedded Postgres, its password and its log. */
export const postgresFolder = (dataDir: string): string => join(dataDir, 'postgres');

/** The file store on the disk. */
export const blobsFolder = (dataDir: string): string => join(dataDir, 'blobs');
