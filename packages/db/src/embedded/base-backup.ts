import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import pg from 'pg';
import { backupLock } from '../backup-lock.ts';

/** Milliseconds in which a sweep releases the lock after its check. Only another backup keeps the lock longer. */
const LOCK_WAIT = 5_000;

/** A connection that prevents the removal of stored content while it is open. */
export interface BackupSession {
  /** The time of the database. */
  now(): Promise<Date>;
  /** The bytes of content in the database. */
  contentBytes(): Promise<number>;
  /**
   * Writes the cluster as a tar, with the WAL that makes it consistent, by a base backup over the replication
   * protocol.
   * @returns the size of the tar in bytes and its SHA-256 in hex
   */
  writeCluster(
    file: string,
    onBytes: (bytes: number) => void,
  ): Promise<{ sizeBytes: number; sha256: string }>;
  /** Rejects when the connection is lost, and with it the lock. */
  readonly lost: Promise<never>;
  /** Cuts the connection, so that everything that waits for it fails. */
  readonly cut: () => void;
  end(): Promise<void>;
}

/**
 * Opens the session on a running embedded Postgres. If another backup runs, throws an error for which `isLockTimeout`
 * is true.
 */
export async function openBackupSession(connectionString: string): Promise<BackupSession> {
  // Allows SQL and replication commands on one connection. PGSSLMODE is for other servers.
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
      // Keeps all WAL that is written meanwhile. The slot ends with the connection.
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

/** The parts of `pg` that the command needs and the types of `pg` lack. */
interface Wire {
  query(text: string): void;
  stream: { pause(): void; resume(): void; destroy(error?: Error): void };
}

const wireOf = (client: pg.Client): Wire => (client as unknown as { connection: Wire }).connection;

/**
 * Runs the command and writes its output. The first byte of a COPY message is `n` at the start of an archive (there
 * is one, without tablespaces), `d` before data, and different for other messages.
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
    // Copies, because the parser reuses its buffer.
    const data = Buffer.from(chunk.subarray(1));
    hash.update(data);
    sizeBytes += data.length;
    onBytes(sizeBytes);
    // Pausing the connection does not pause messages that were read already.
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
    // A stream that has ended emits no drain event.
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
