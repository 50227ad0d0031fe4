import { parseArgs } from 'node:util';
import { isLoopback } from './addresses.ts';
import { serviceLinks } from './service-links.ts';
import { flagOf, SETTINGS, type Setting } from './settings.ts';

/** Full pages that must fit into `unreadAnswers` at once: one caller gets a quarter of it. */
const PAGES_UNREAD = 4;

type Settings = typeof SETTINGS;
export type SettingName = keyof Settings;
export type Config = {
  [N in SettingName]: Settings[N]['default'] extends undefined ? Parsed<N> | undefined : Parsed<N>;
} & { databaseUrl: string | undefined };
type Parsed<N extends SettingName> = ReturnType<Settings[N]['parse']>;

/** Faults of the configuration, one a line. The server does not start. */
export class ConfigError extends Error {
  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'ConfigError';
  }
}

/**
 * Reads the configuration. Flags take precedence over the environment, and the environment over defaults.
 * @throws {ConfigError} names every wrong value, and what is allowed.
 */
export function readConfig(argv: readonly string[], env: NodeJS.ProcessEnv): Config | 'help' | 'version' {
  const flags = readFlags(argv);
  if (flags['help']) return 'help';
  if (flags['version']) return 'version';
  const wrong: string[] = [];
  const links = new Set(serviceLinks(env));
  const config: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries(SETTINGS) as [SettingName, Setting<unknown>][]) {
    // Compose sets empty variables, and Kubernetes sets MODELBOX_PORT for a service named modelbox: ignore both.
    const variable = links.has(definition.env) ? undefined : env[definition.env];
    const read = readSetting(definition, flags[flagOf(definition.env)], variable);
    if ('fault' in read) wrong.push(read.fault);
    else config[name] = read.value;
  }
  wrong.push(
    ...unknownVariables(env)
      .filter((name) => !links.has(name))
      .map(unknownVariable),
  );
  if (wrong.length > 0) throw new ConfigError(wrong);
  const whole = config as Config;
  const mistake = hostMistake(whole) ?? unreadMistake(whole) ?? oidcMistake(whole);
  if (mistake !== undefined) throw new ConfigError([mistake]);
  return whole;
}

function readSetting(
  definition: Setting<unknown>,
  flag: string | boolean | undefined,
  variable: string | undefined,
): { value: unknown } | { fault: string } {
  const { env, secret } = definition;
  const text = typeof flag === 'string' ? flag : variable || definition.default;
  if (text === undefined) return { value: undefined };
  try {
    return { value: definition.parse(text) };
  } catch (error) {
    const source = typeof flag === 'string' ? `--${flagOf(env)}` : env;
    const value = secret || containsPassword(text) ? '' : `, not ${JSON.stringify(text)}`;
    return { fault: `${source} must be ${(error as Error).message}${value}.` };
  }
}

/** Whether a text is a URL with user info. No message repeats such a text. */
const containsPassword = (text: string): boolean => /:\/\/.*@/s.test(text);

function hostMistake({ auth, allowRemote, host }: Config): string | undefined {
  if (auth !== 'open' || allowRemote || isLoopback(host)) return undefined;
  return (
    `MODELBOX_HOST=${host} lets other machines reach a server that does not authenticate callers. ` +
    'Set MODELBOX_AUTH=tokens, or MODELBOX_ALLOW_REMOTE=true if everyone who can reach that address may do ' +
    'everything.'
  );
}

function unreadMistake({ unreadAnswers, pageBytes }: Config): string | undefined {
  return unreadAnswers < PAGES_UNREAD * pageBytes
    ? `MODELBOX_UNREAD_ANSWERS must be at least ${PAGES_UNREAD} times MODELBOX_PAGE_BYTES, which is ` +
        `${pageBytes} bytes: raise it, or lower MODELBOX_PAGE_BYTES.`
    : undefined;
}

function oidcMistake({ auth, oidcIssuer, oidcAudience, oidcAdministrators }: Config): string | undefined {
  const hasIssuer = oidcIssuer !== undefined;
  if (hasIssuer && auth === 'open')
    return (
      'MODELBOX_OIDC_ISSUER is set, but the server is open and does not authenticate callers. ' +
      'Set MODELBOX_AUTH=tokens too.'
    );
  if (hasIssuer !== (oidcAudience !== undefined))
    return 'MODELBOX_OIDC_ISSUER and MODELBOX_OIDC_AUDIENCE must be set together: set the missing one, or neither.';
  if (!hasIssuer && oidcAdministrators.length > 0)
    return 'MODELBOX_OIDC_ADMINISTRATORS has no effect without MODELBOX_OIDC_ISSUER: set the issuer too, or neither.';
  return undefined;
}

const NOT_OURS = /^MODELBOX_(?:ADDR|TOKEN|TEST_\w+)$/;

function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = new Set(Object.values(SETTINGS).map((definition) => definition.env));
  return Object.keys(env).filter(
    (name) => name.startsWith('MODELBOX_') && !known.has(name as never) && !NOT_OURS.test(name),
  );
}

/** An unknown variable stops the start: a misspelt setting would otherwise silently have no effect. */
const unknownVariable = (name: string): string =>
  `${name} is not a setting; see --help for the list of settings.`;

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
    // The message quotes an unknown argument, which could be a URL with a password.
    const said = (error as Error).message.split('. ')[0]?.replace(/'[^']*:\/\/[^']*'/, 'a URL');
    throw new ConfigError([`${said}. See --help for the list of flags.`]);
  }
}
