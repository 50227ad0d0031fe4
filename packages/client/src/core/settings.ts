import { VERSION } from '../generated/version.ts';
import { ModelBoxError } from './errors.ts';

/** How to reach a server. */
export interface ModelBoxOptions {
  /**
   * The address of the server. Default: the environment variable `MODELBOX_ADDR`, otherwise `http://127.0.0.1:8085`.
   */
  readonly baseUrl?: string | undefined;
  /**
   * The token, or a function that returns it before each try, for short-lived tokens. Default: the environment
   * variable `MODELBOX_TOKEN`, otherwise none.
   */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** The `fetch` implementation. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The timeout of one try in milliseconds. Default: 60,000. 0: no limit. */
  readonly timeoutMs?: number | undefined;
  /** The maximum number of retries. Default: 3. */
  readonly maxRetries?: number | undefined;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface Settings {
  /** The address, without a trailing slash. */
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Returns the token of a try. Undefined if a header contains the token, or there is none. */
  readonly token: (() => string | Promise<string>) | undefined;
}

/** Throws `ModelBoxError` if an option is invalid. */
export function resolveSettings(options: ModelBoxOptions): Settings {
  // biome-ignore lint/style/noProcessEnv: read when a client is made; both names are documented with its options.
  const environment = globalThis.process?.env ?? {};
  const token = options.token ?? (environment['MODELBOX_TOKEN'] || undefined);
  return {
    baseUrl: address(options.baseUrl ?? (environment['MODELBOX_ADDR'] || 'http://127.0.0.1:8085')),
    // Looks up the global at each call, on its own object: browsers reject a detached fetch.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    timeoutMs: natural('timeoutMs', options.timeoutMs ?? 60_000),
    maxRetries: natural('maxRetries', options.maxRetries ?? 3),
    headers: {
      ...(globalThis.process?.versions?.node ? { 'user-agent': `modelbox-client/${VERSION}` } : {}),
      ...(typeof token === 'string' ? { authorization: `Bearer ${token}` } : {}),
      ...options.headers,
    },
    token: typeof token === 'function' ? token : undefined,
  };
}

function address(text: string): string {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw new ModelBoxError(
      '`baseUrl` (or MODELBOX_ADDR) must be like http://127.0.0.1:8085, without user, query or fragment',
    );
  }
  return url.href.replace(/\/+$/, '');
}

function natural(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new ModelBoxError(`\`${name}\` must be a whole number, at least 0`);
  return value;
}
