import pg from 'pg';

/** The oldest Postgres that the migrations and statements work on. */
const OLDEST = 15;

/** A Postgres that cannot be used, in words for the person who named it; without its password. */
export class DatabaseRefusedError extends Error {
  override readonly name = 'DatabaseRefusedError';
}

/**
 * Makes sure that a Postgres answers, lets us in and is new enough.
 * @throws DatabaseRefusedError
 */
export async function requirePostgres(url: string): Promise<void> {
  const version = await versionOf(url).catch((error: unknown) => {
    throw new DatabaseRefusedError(`The Postgres at ${placeOf(url)} cannot be used: ${reasonOf(error)}.`);
  });
  if (version >= OLDEST * 10_000) return;
  throw new DatabaseRefusedError(
    `The Postgres at ${placeOf(url)} has version ${Math.floor(version / 10_000)}; ModelBox needs ${OLDEST} or newer.`,
  );
}

/** `150004` for 15.4. */
async function versionOf(url: string): Promise<number> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'modelbox start',
  });
  // Also told by the query that fails; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
    return Number(rows[0]?.server_version_num);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Host, port and database. */
function placeOf(url: string): string {
  const { host, pathname } = URL.parse(url) ?? {};
  return host ? `${host}${pathname}` : 'the address given';
}

function reasonOf(error: unknown): string {
  // A host name with several addresses fails with one error for each.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const { message, code } = first as NodeJS.ErrnoException;
  return (message || code || 'it does not answer').replace(/\.$/, '');
}
