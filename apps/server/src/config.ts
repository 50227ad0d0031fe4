import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** Everything that can be configured: the documentation's table, `--help` and the parser derive from this list. */
interface Setting<T> {
  /** The environment variable; the flag is its lower-case form without `MODELBOX_`, with dashes. */
  readonly env: string;
  readonly default: string | undefined;
  readonly form: string;
  readonly says: string;
  readonly secret?: true;
  /** @throws an Error whose message ends the sentence "must be …". */
  parse(text: string): T;
}

const setting = <T>(definition: Setting<T>): Setting<T> => definition;

export const SETTINGS = {
  host: setting({
    env: 'MODELBOX_HOST',
    default: '127.0.0.1',
    form: 'address',
    says: 'Address to listen on. Other than loopback only with MODELBOX_ALLOW_REMOTE.',
    parse: (text) => matching(text, /^[\w.:-]{1,253}$/, 'a host name or an IP address'),
  }),
  port: setting({
    env: 'MODELBOX_PORT',
    default: '8085',
    form: '0-65535',
    says: 'Port to listen on; 0 takes a free one.',
    parse: (text) => integer(text, 0, 65_535),
  }),
  allowRemote: setting({
    env: 'MODELBOX_ALLOW_REMOTE',
    default: 'false',
    form: 'true, false',
    says: 'Open the server, which asks nobody who they are, to whoever can reach its address. For a network that you trust.',
    parse: boolean,
  }),
  dataDir: setting({
    env: 'MODELBOX_DATA_DIR',
    default: './.modelbox',
    form: 'folder',
    says: 'Where the embedded Postgres and the files lie.',
    parse: (text) => resolve(matching(text, /^[^\0]+$/, 'a folder')),
  }),
  databaseUrl: setting({
    env: 'DATABASE_URL',
    default: undefined,
    form: 'postgres://…',
    says: 'A Postgres ≥ 15 of your own. Without it an embedded one is started.',
    secret: true,
    parse: (text) => matching(text, /^postgres(?:ql)?:\/\/\S+$/, 'a URL that begins with postgres://'),
  }),
  databasePoolSize: setting({
    env: 'MODELBOX_DATABASE_POOL_SIZE',
    default: '20',
    form: '2-1000',
    says: 'Connections to Postgres at most.',
    parse: (text) => integer(text, 2, 1000),
  }),
  blobs: setting({
    env: 'MODELBOX_BLOBS',
    default: 'disk',
    form: 'disk',
    says: 'Where uploaded files are kept: `disk` is the data folder.',
    parse: (text) => matching(text, /^disk$/, '"disk", the one file store of this version') as 'disk',
  }),
  logLevel: setting({
    env: 'MODELBOX_LOG_LEVEL',
    default: 'info',
    form: 'fatal, error, warn, info, debug, trace, silent',
    says: 'The least grave messages that are logged. Every request is logged at `info`.',
    parse: (text) =>
      matching(
        text,
        /^(?:fatal|error|warn|info|debug|trace|silent)$/,
        'fatal, error, warn, info, debug, trace or silent',
      ),
  }),
  logFormat: setting({
    env: 'MODELBOX_LOG_FORMAT',
    default: 'auto',
    form: 'auto, json, pretty',
    says: 'JSON lines, or lines for people; `auto` takes the latter on a terminal.',
    parse: (text) =>
      matching(text, /^(?:auto|json|pretty)$/, 'auto, json or pretty') as 'auto' | 'json' | 'pretty',
  }),
  bodyLimit: setting({
    env: 'MODELBOX_BODY_LIMIT',
    default: '16MiB',
    form: 'size',
    says: 'Bytes of a JSON body at most.',
    parse: (text) => size(text, 1024, 1024 ** 3),
  }),
  maxFileSize: setting({
    env: 'MODELBOX_MAX_FILE_SIZE',
    default: '5TiB',
    form: 'size',
    says: 'Bytes of one uploaded file at most.',
    parse: (text) => size(text, 1, 2 ** 50),
  }),
  bodyTimeout: setting({
    env: 'MODELBOX_BODY_TIMEOUT',
    default: 'PT30S',
    form: 'duration',
    says: 'Time in which a JSON body must have arrived, and after which an upload that stands still is given up.',
    parse: (text) => duration(text, 100),
  }),
  queryTimeout: setting({
    env: 'MODELBOX_QUERY_TIMEOUT',
    default: 'PT10S',
    form: 'duration',
    says: 'Time that the database has for a list; a filter that needs longer is refused.',
    parse: (text) => duration(text, 10),
  }),
  shutdownTimeout: setting({
    env: 'MODELBOX_SHUTDOWN_TIMEOUT',
    default: 'PT30S',
    form: 'duration',
    says: 'Time that requests in flight have to end when the server is stopped.',
    parse: (text) => duration(text, 0),
  }),
  deleteGrace: setting({
    env: 'MODELBOX_DELETE_GRACE',
    default: 'P30D',
    form: 'duration',
    says: 'Time in which what was deleted can be restored; then it is purged.',
    parse: (text) => duration(text, 0),
  }),
  checkAnswers: setting({
    env: 'MODELBOX_CHECK_ANSWERS',
    default: 'false',
    form: 'true, false',
    says: 'Check every answer against the contract before it is sent. For tests: it costs time.',
    parse: boolean,
  }),
} as const;

type Settings = typeof SETTINGS;
export type SettingName = keyof Settings;
export type Config = {
  [N in SettingName]: Settings[N]['default'] extends undefined ? Parsed<N> | undefined : Parsed<N>;
} & { databaseUrl: string | undefined };
type Parsed<N extends SettingName> = ReturnType<Settings[N]['parse']>;

/** `--data-dir` for `MODELBOX_DATA_DIR`. */
export const flagOf = (env: string): string =>
  env
    .replace(/^MODELBOX_/, '')
    .toLowerCase()
    .replaceAll('_', '-');

/** What is wrong with the configuration, a line each; the start stops with these. */
export class ConfigError extends Error {
  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'ConfigError';
  }
}

/**
 * Reads the configuration: flags before environment before defaults.
 * @throws {ConfigError} which names every value that is wrong, and what is allowed.
 */
export function readConfig(argv: readonly string[], env: NodeJS.ProcessEnv): Config | 'help' | 'version' {
  const flags = readFlags(argv);
  if (flags['help']) return 'help';
  if (flags['version']) return 'version';
  const wrong: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries(SETTINGS) as [SettingName, Setting<unknown>][]) {
    const flag = flags[flagOf(definition.env)];
    // An empty variable counts as none: compose files set those.
    const text = typeof flag === 'string' ? flag : env[definition.env] || definition.default;
    try {
      config[name] = text === undefined ? undefined : definition.parse(text);
    } catch (error) {
      const source = typeof flag === 'string' ? `--${flagOf(definition.env)}` : definition.env;
      wrong.push(
        `${source} must be ${(error as Error).message}${definition.secret ? '' : `, not ${JSON.stringify(text)}`}.`,
      );
    }
  }
  wrong.push(...unknownVariables(env));
  if (wrong.length > 0) throw new ConfigError(wrong);
  const whole = config as Config;
  if (!whole.allowRemote && !isLoopback(whole.host)) {
    throw new ConfigError([
      `MODELBOX_HOST is ${whole.host}: that opens the server, which asks nobody who they are, to other machines. ` +
        'Set MODELBOX_ALLOW_REMOTE=true if everyone who can reach that address may do everything.',
    ]);
  }
  return whole;
}

/** Variables that clients and tests read. */
const NOT_OURS = /^MODELBOX_(?:ADDR|TOKEN|TEST_\w+|S3_\w+)$/;

/** A variable that is misspelt would be without effect, and nobody would know. */
function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = new Set(Object.values(SETTINGS).map((definition) => definition.env));
  return Object.keys(env)
    .filter((name) => name.startsWith('MODELBOX_') && !known.has(name as never) && !NOT_OURS.test(name))
    .map((name) => `${name} is not a setting; see --help for those there are.`);
}

function readFlags(argv: readonly string[]): Record<string, string | boolean | undefined> {
  const options = Object.fromEntries(
    Object.values(SETTINGS).map(({ env }) => [flagOf(env), { type: 'string' as const }]),
  );
  try {
    return parseArgs({
      args: [...argv],
      options: {
        ...options,
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
      strict: true,
    }).values as Record<string, string | boolean | undefined>;
  } catch (error) {
    throw new ConfigError([
      `${(error as Error).message.split('. ')[0]}. See --help for the flags there are.`,
    ]);
  }
}

export const isLoopback = (host: string): boolean =>
  /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);

function fail(what: string): never {
  throw new Error(what);
}

const matching = (text: string, pattern: RegExp, what: string): string =>
  pattern.test(text) ? text : fail(what);

function integer(text: string, min: number, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : fail(`an integer from ${min} to ${max}`);
}

function boolean(text: string): boolean {
  return text === 'true' || text === '1'
    ? true
    : text === 'false' || text === '0'
      ? false
      : fail('true or false');
}

const UNITS: Record<string, number> = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

function size(text: string, min: number, max: number): number {
  const [, digits, unit = ''] = /^(\d{1,16})\s?(|[KMGT]iB)$/.exec(text) ?? [];
  const bytes = digits === undefined ? Number.NaN : Number(digits) * (UNITS[unit] ?? Number.NaN);
  return bytes >= min && bytes <= max
    ? bytes
    : fail(`a number of bytes, for example "1048576" or "1MiB", from ${min} to ${max}`);
}

/** Milliseconds of an ISO 8601 duration without years and months, whose length varies. */
function duration(text: string, min: number): number {
  const parts = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  const [weeks, days, hours, minutes, seconds] = (parts ?? [])
    .slice(1)
    .map((part) => Number(part ?? 0)) as number[];
  const isEmpty = parts === null || parts.slice(1).every((part) => part === undefined);
  const ms = isEmpty
    ? Number.NaN
    : (((weeks ?? 0) * 7 + (days ?? 0)) * 24 + (hours ?? 0)) * 3_600_000 +
      (minutes ?? 0) * 60_000 +
      (seconds ?? 0) * 1000;
  return ms >= min && ms <= 100 * 365 * 86_400_000
    ? ms
    : fail('an ISO 8601 duration, for example "PT30S" or "P7D"');
}
