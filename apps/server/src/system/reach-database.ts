import { EmbeddedPostgresError, hasCluster, runningUrl, startEmbeddedPostgres } from '@modelbox/db';
import { type Config, ConfigError } from '../config/config.ts';
import { postgresFolder } from '../config/data-folders.ts';

interface Reached {
  readonly url: string;
  /** Stops what was started for the command. */
  readonly end: () => Promise<void>;
}

/** The database of the settings, for a command beside the server: of a running or a stopped one. @throws ConfigError */
export async function reachDatabase({
  databaseUrl,
  dataDir,
}: Pick<Config, 'databaseUrl' | 'dataDir'>): Promise<Reached> {
  if (databaseUrl !== undefined) return { url: databaseUrl, end: async () => {} };
  if (!hasCluster(postgresFolder(dataDir)))
    throw new ConfigError([
      `${dataDir} holds no database. Name the folder of the server by MODELBOX_DATA_DIR, or its Postgres by DATABASE_URL.`,
    ]);
  return reachEmbedded(dataDir);
}

/** The embedded database of a running server, or of a stopped one, started for the time of a command. @throws ConfigError */
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
