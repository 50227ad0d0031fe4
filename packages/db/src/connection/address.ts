/** Where a database is, and who connects to it. */
export interface DatabaseAddress {
  /** `host:port` as parsed, for messages; `the local socket` if the URL names no host. */
  host: string;
  /** The schema that holds every table of ours: `?schema=`, by default `public`. */
  schema: string;
  /** `?options=` of the URL: startup options for settings that the server does not pin. */
  startupOptions: string | undefined;
  /** The URL as `pg` takes it: with only the parameters that say where, who and how to encrypt. */
  url: string;
}

/** A database URL that cannot be read. The message ends the sentence "… must be", and repeats nothing of the URL. */
export class DatabaseUrlError extends Error {
  override readonly name = 'DatabaseUrlError';
}

/** The parameters that `pg` reads: where, who and how to encrypt. */
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

/** The parameters that are read here. */
const forUs = new Set(['schema', 'options']);

const form = 'a URL such as postgres://user:password@host:5432/database';
const encoded =
  'with the characters @ / : ? # % and spaces of the user and the password percent-encoded (@ is %40)';

/**
 * Reads a database URL strictly. A password that is not percent-encoded makes a URL that parses, with a part of the
 * password as its host or path: such a URL is refused, so that no message shows that part.
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
  // Prisma does not escape a quote. Postgres cuts longer names off.
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

/** An `@` after the host: the host and what precedes the `@` are then parts of the password. */
const hasExtraAt = ({ pathname, search }: URL): boolean => `${pathname}${search}`.includes('@');

/** A `?` right after the host that begins no parameters of ours: the host and the port may be a user and a password. */
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
