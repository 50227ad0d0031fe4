import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import pg from 'pg';
import { backupLock } from '../backup-lock.ts';

/** Milliseconds in which a sweep that has looked just now lets go of the lock; only another backup holds it longer. */
const LOCK_WAIT = 5_000;

/** A connection that keeps stored content from being removed from the moment on in which it is open. */
export interface BackupSession {
  /** By the clock of the database. */
  now(): Promise<Date>;
  /** Bytes of content that the database knows of. */
  contentBytes(): Promise<number>;
  /**
   * Writes the cluster as a tar, with the WAL that makes it consistent: a base backup over the replication protocol.
   * @returns the size of the tar in bytes and its SHA-256 in hex
   */
  writeCluster(
    file: string,
    onBytes: (bytes: number) => void,
  ): Promise<{ sizeBytes: number; sha256: string }>;
  /** Fails as soon as the connection is lost, and with it the lock. */
  readonly lost: Promise<never>;
  /** Breaks the connection off, so that whatever waits for it fails. */
  readonly cut: () => void;
  end(): Promise<void>;
}

/** Opens the session on a running embedded Postgres. Another backup shows as an error of which `isLockTimeout` is true. */
export async function openBackupSession(connectionString: string): Promise<BackupSession> {
  // Lets one connection run SQL and commands of replication. PGSSLMODE is meant for another Postgres.
  const config = { connectionString, replication: 'database', ssl: false };
  const client = new pg.Client(config);
  const lost = new Promise<never>((_, reject) => client.once('error', reject));
  lost.catch(() => {});
  await client.connect();
  try {
    await client.query(`SET lock_timeout = ${LOCK_WAIT}`);
    await client.query(`SELECT pg_advisory_lock(${backupLock})`);
    await client.query('SET lock_timeout = 0');
  } catch (error) {
    await client.end();
    throw error;
  }
  return {
    lost,
    now: async () => (await client.query('SELECT now() AS now')).rows[0].now,
    async contentBytes() {
      const { rows } = await client.query(
        'SELECT coalesce(sum(size_bytes), 0)::float8 AS bytes FROM public.blobs',
      );
      return rows[0].bytes;
    },
    async writeCluster(file, onBytes) {
      const slot = `modelbox_backup_${randomBytes(8).toString('hex')}`;
      // Keeps the WAL that is written meanwhile, however much it is. Gone with the connection.
      await client.query(`CREATE_REPLICATION_SLOT ${slot} TEMPORARY PHYSICAL RESERVE_WAL`);
      const written = await writeTar(client, file, onBytes);
      await client.query(`DROP_REPLICATION_SLOT ${slot}`);
      return written;
    },
    cut: () => wireOf(client).stream.destroy(),
    end: () => client.end(),
  };
}

const COMMAND = `BASE_BACKUP (LABEL 'modelbox', CHECKPOINT 'fast', WAL, MANIFEST 'no')`;

/** The parts of `pg` that the command needs and its types lack. */
interface Wire {
  query(text: string): void;
  stream: { pause(): void; resume(): void; destroy(error?: Error): void };
}

const wireOf = (client: pg.Client): Wire => (client as unknown as { connection: Wire }).connection;

/**
 * Runs the command and writes what it sends: messages of COPY, whose first byte is `n` at the start of an archive (there
 * is one, as there are no tablespaces), `d` before data, and something else in what is not for us.
 */
async function writeTar(
  client: pg.Client,
  file: string,
  onBytes: (bytes: number) => void,
): Promise<{ sizeBytes: number; sha256: string }> {
  const output = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const wire = wireOf(client);
  output.once('error', (error) => wire.stream.destroy(error));
  const take = ({ chunk }: { chunk: Buffer }) => {
    if (chunk[0] !== 0x64) return;
    // The parser uses its buffer again.
    const data = Buffer.from(chunk.subarray(1));
    hash.update(data);
    sizeBytes += data.length;
    onBytes(sizeBytes);
    // What has been read already comes all the same: the connection is paused, not the messages.
    if (!output.write(data)) wire.stream.pause();
  };
  output.on('drain', () => wire.stream.resume());
  try {
    await new Promise<void>((resolve, reject) => {
      const ignore = () => {};
      client.once('end', () => reject(new Error('the connection ended')));
      client.query({
        submit: () => wire.query(COMMAND),
        handleCopyData: take,
        handleError: reject,
        handleReadyForQuery: () => resolve(),
        handleRowDescription: ignore,
        handleDataRow: ignore,
        handleCommandComplete: ignore,
      } as unknown as pg.Submittable);
    });
    output.end();
    await finished(output);
    // A stream that ends tells of no drain.
    wire.stream.resume();
  } catch (error) {
    throw output.errored ?? error;
  } finally {
    output.destroy();
  }
  const written = await open(file, 'r');
  try {
    await written.sync();
  } finally {
    await written.close();
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}
