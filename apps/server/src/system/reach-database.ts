import { EmbeddedPostgresError, hasCluster, runningUrl, startEmbeddedPostgres } from '@modelbox/db';
import { type Config, ConfigError } from '../config/config.ts';
import { postgresFolder } from '../config/data-folders.ts';

interface Reached {
  readonly url: string;
  readonly end: () => Promise<void>;
}

/**
 * Returns the database of the settings for a command; starts the embedded Postgres if no server runs.
 * @throws ConfigError
 */
export async function reachDatabase({
  databaseUrl,
  dataDir,
}: Pick<Config, 'databaseUrl' | 'dataDir'>): Promise<Reached> {
  if (databaseUrl !== undefined) return { url: databaseUrl, end: async () => {} };
  if (!hasCluster(postgresFolder(dataDir)))
    throw new ConfigError([
      `${dataDir} contains no database. Set MODELBOX_DATA_DIR to the data folder of the server, or ` +
        'DATABASE_URL to its Postgres.',
    ]);
  return reachEmbedded(dataDir);
}

/**
 * Returns the embedded database of a running server, or starts it for the duration of a command.
 * @throws ConfigError
 */
export async function reachEmbedded(dataDir: string): Promise<Reached> {
  try {
    const postgres = await startEmbeddedPostgres({ dataDir: postgresFolder(dataDir), restartOnCrash: false });
    return { url: postgres.connectionString, end: () => postgres.stop() };
  } catch (error) {
    if (!(error instanceof EmbeddedPostgresError && error.code === 'data_dir_in_use')) throw error;
    const url = runningUrl(postgresFolder(dataDir));
    if (url === undefined)
      throw new ConfigError([`The server on ${dataDir} is starting or stopping. Try again in a moment.`]);
    return { url, end: async () => {} };
  }
}
