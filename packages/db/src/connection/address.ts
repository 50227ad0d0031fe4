/** The address of a database and the role that connects. */
export interface DatabaseAddress {
  /** `host:port` as parsed, for messages; `the local socket` if the URL names no host. */
  host: string;
  /** The schema of all tables: `?schema=`, by default `public`. */
  schema: string;
  /** `?options=` of the URL: startup options for settings that the server does not pin. */
  startupOptions: string | undefined;
  /** The URL for `pg`, with only the parameters for address, role and encryption. */
  url: string;
}

/** An invalid database URL. The message ends the sentence "… must be" and repeats no part of the URL. */
export class DatabaseUrlError extends Error {
  override readonly name = 'DatabaseUrlError';
}

/** The parameters that `pg` reads, for address, role and encryption. */
const forPg = new Set([
  'host',
  'port',
  'user',
  'password',
  'ssl',
  'sslmode',
  'sslcert',
  'sslkey',
  'sslrootcert',
  'sslnegotiation',
  'uselibpqcompat',
]);

/** The parameters that this module reads. */
const forUs = new Set(['schema', 'options']);

const form = 'a URL such as postgres://user:password@host:5432/database';
const encoded =
  'with the characters @ / : ? # % and spaces of the user and the password percent-encoded (@ is %40)';

/**
 * Parses a database URL strictly. If a password is not percent-encoded, a part of it can become the host or path of a
 * valid URL. Such URLs are rejected, so that no message shows that part.
 * @throws DatabaseUrlError
 */
export function databaseAddress(text: string): DatabaseAddress {
  if (!/^postgres(?:ql)?:\/\//.test(text)) throw new DatabaseUrlError(`${form} that begins with postgres://`);
  const url = URL.parse(text);
  if (
    !url ||
    /\s/.test(text) ||
    url.hash !== '' ||
    hasExtraAt(url) ||
    hasCredentialsInQuery(url) ||
    !isDecodable(text)
  )
    throw new DatabaseUrlError(`${form}, ${encoded}`);
  if (url.pathname.slice(1).includes('/'))
    throw new DatabaseUrlError(`${form} with one database, ${encoded}`);
  const schema = url.searchParams.get('schema') ?? 'public';
  // Prisma does not escape quotes, and Postgres truncates longer names.
  if (schema === '' || Buffer.byteLength(schema) > 63 || /["\0]/.test(schema))
    throw new DatabaseUrlError(`${form}; its parameter schema has 1 to 63 bytes and no double quote`);
  const startupOptions = url.searchParams.get('options') ?? undefined;
  const { searchParams } = url;
  const host = searchParams.get('host') ?? decodeURIComponent(url.hostname);
  const port = searchParams.get('port') ?? url.port;
  for (const name of [...searchParams.keys()]) if (!forPg.has(name)) searchParams.delete(name);
  const shown = host === '' ? 'the local socket' : `${host}:${port || '5432'}`;
  return { host: shown, schema, startupOptions, url: url.href };
}

/** An `@` after the host. The host and the text before the `@` are then parts of the password. */
const hasExtraAt = ({ pathname, search }: URL): boolean => `${pathname}${search}`.includes('@');

/** A `?` right after the host that starts none of our parameters. Host and port may then be a user and a password. */
const hasCredentialsInQuery = ({ username, pathname, searchParams }: URL): boolean =>
  pathname === '' &&
  [...searchParams].some(
    ([name, value]) => value === '' || (username === '' && !forPg.has(name) && !forUs.has(name)),
  );

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
