import { VERSION } from '../generated/version.ts';
import { ModelBoxError } from './errors.ts';

/** How to reach a server. */
export interface ModelBoxOptions {
  /** Default: the environment's `MODELBOX_ADDR`, otherwise `http://127.0.0.1:8085`. */
  readonly baseUrl?: string | undefined;
  /**
   * What says who asks; or what gives it, for tokens that last minutes: it is asked before each try. Default: the
   * environment's `MODELBOX_TOKEN`, otherwise none.
   */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** What carries the requests. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The longest wait in milliseconds for an answer to one try. Default: 60,000. 0: no limit. */
  readonly timeoutMs?: number | undefined;
  /** Tries after the first, at most. Default: 3. */
  readonly maxRetries?: number | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The options with all defaults filled in. */
export interface Settings {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Gives the token of a try; undefined where it is among the headers, or there is none. */
  readonly token: (() => string | Promise<string>) | undefined;
}

/** Throws `ModelBoxError` where an option is not what it must be. */
export function resolveSettings(options: ModelBoxOptions): Settings {
  // biome-ignore lint/style/noProcessEnv: read when a client is made; both names are documented with its options.
  const environment = globalThis.process?.env ?? {};
  const token = options.token ?? (environment['MODELBOX_TOKEN'] || undefined);
  return {
    baseUrl: address(options.baseUrl ?? (environment['MODELBOX_ADDR'] || 'http://127.0.0.1:8085')),
    // Looked up at each call and called on its own object: browsers refuse a detached fetch.
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
      'The address of a ModelBox server is like http://127.0.0.1:8085, without user or query',
    );
  }
  return url.href.replace(/\/+$/, '');
}

function natural(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new ModelBoxError(`${name} must be a whole number from 0`);
  return value;
}
