import { parseArgs } from 'node:util';
import { isLoopback } from './addresses.ts';
import { serviceLinks } from './service-links.ts';
import { flagOf, SETTINGS, type Setting } from './settings.ts';

/** Callers that must be able to have a page unread at a time. */
const PAGES_UNREAD = 4;

type Settings = typeof SETTINGS;
export type SettingName = keyof Settings;
export type Config = {
  [N in SettingName]: Settings[N]['default'] extends undefined ? Parsed<N> | undefined : Parsed<N>;
} & { databaseUrl: string | undefined };
type Parsed<N extends SettingName> = ReturnType<Settings[N]['parse']>;

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
  const links = new Set(serviceLinks(env));
  const config: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries(SETTINGS) as [SettingName, Setting<unknown>][]) {
    const flag = flags[flagOf(definition.env)];
    // Compose files set empty variables, and Kubernetes sets MODELBOX_PORT for a service named modelbox: neither counts.
    const variable = links.has(definition.env) ? undefined : env[definition.env];
    const text = typeof flag === 'string' ? flag : variable || definition.default;
    try {
      config[name] = text === undefined ? undefined : definition.parse(text);
    } catch (error) {
      const source = typeof flag === 'string' ? `--${flagOf(definition.env)}` : definition.env;
      wrong.push(
        `${source} must be ${(error as Error).message}${definition.secret || containsPassword(text) ? '' : `, not ${JSON.stringify(text)}`}.`,
      );
    }
  }
  wrong.push(
    ...unknownVariables(env)
      .filter((name) => !links.has(name))
      .map(unknownVariable),
  );
  if (wrong.length > 0) throw new ConfigError(wrong);
  const whole = config as Config;
  if (whole.auth === 'open' && !whole.allowRemote && !isLoopback(whole.host)) {
    throw new ConfigError([
      `MODELBOX_HOST is ${whole.host}: that opens the server, which asks nobody who they are, to other machines. ` +
        'Set MODELBOX_AUTH=tokens, or MODELBOX_ALLOW_REMOTE=true if everyone who can reach that address may do everything.',
    ]);
  }
  if (whole.unreadAnswers < PAGES_UNREAD * whole.pageBytes) {
    throw new ConfigError([
      `MODELBOX_UNREAD_ANSWERS must be at least ${PAGES_UNREAD} times MODELBOX_PAGE_BYTES, which is ${whole.pageBytes} bytes: ` +
        'raise it, or set smaller pages.',
    ]);
  }
  const oidc = oidcMistake(whole);
  if (oidc) throw new ConfigError([oidc]);
  return whole;
}

/** A URL with user info: no message repeats it. */
const containsPassword = (text = ''): boolean => /:\/\/.*@/s.test(text);

/** What does not fit together of the settings about OIDC. */
function oidcMistake({ auth, oidcIssuer, oidcAudience, oidcAdministrators }: Config): string | undefined {
  const hasIssuer = oidcIssuer !== undefined;
  if (hasIssuer && auth === 'open')
    return 'MODELBOX_OIDC_ISSUER is set, and nobody is asked who they are: set MODELBOX_AUTH=tokens too.';
  if (hasIssuer !== (oidcAudience !== undefined))
    return 'MODELBOX_OIDC_ISSUER and MODELBOX_OIDC_AUDIENCE go together; one of them is missing.';
  if (!hasIssuer && oidcAdministrators.length > 0)
    return 'MODELBOX_OIDC_ADMINISTRATORS has no effect without MODELBOX_OIDC_ISSUER.';
  return undefined;
}

/** Variables that clients and tests read. */
const NOT_OURS = /^MODELBOX_(?:ADDR|TOKEN|TEST_\w+)$/;

function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = new Set(Object.values(SETTINGS).map((definition) => definition.env));
  return Object.keys(env).filter(
    (name) => name.startsWith('MODELBOX_') && !known.has(name as never) && !NOT_OURS.test(name),
  );
}

/** Refused, because a misspelt setting would otherwise have no effect and nobody would notice. */
const unknownVariable = (name: string): string => `${name} is not a setting; see --help for those there are.`;

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
    // The message repeats an argument that belongs to no flag.
    const said = (error as Error).message.split('. ')[0]?.replace(/'[^']*:\/\/[^']*'/, 'a URL');
    throw new ConfigError([`${said}. See --help for the flags there are.`]);
  }
}
