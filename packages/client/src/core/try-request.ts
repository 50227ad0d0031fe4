import type { Closing } from './closing.ts';
import { readError } from './error-answer.ts';
import { ConnectionError, ModelBoxError } from './errors.ts';
import type { CallOptions } from './options.ts';
import { backoff, isWorthSigningAnew, retryDelay } from './retry.ts';
import type { Settings } from './settings.ts';
import { sleep } from './sleep.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';

/** The body of one try; `size` in bytes where it is known though the content is a stream. */
export interface Body {
  readonly content: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  readonly size?: number | undefined;
}

/** One logical request: what all its tries have in common. */
export interface Request {
  readonly method: string;
  /** Path and query, encoded; or the whole address, where it is not the server's. */
  readonly target: string;
  /** It goes elsewhere, to a signed address: nothing goes along that is meant for the server. */
  readonly elsewhere?: boolean | undefined;
  /** The server may send it on to a signed address: once, with the headers of the request and nothing else. */
  readonly follows?: boolean | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Makes the body anew for each try. A stream arms the watchdog while it waits for the server. */
  readonly body?: ((watchdog: Watchdog) => Promise<Body> | Body) | undefined;
  /** The body can be made but once, so there is no second try. */
  readonly once?: boolean | undefined;
  /** Statuses besides 2xx that are answers, not errors. */
  readonly alsoAnswers?: readonly number[] | undefined;
  readonly options: CallOptions | undefined;
}

/** Reads an answer. It is part of the try: where it fails on the connection, the request is tried again. */
export type Read<T> = (response: Response, watchdog: Watchdog) => Promise<T>;

/** Tries until there is an answer, an error that a further try would not mend, or no try left. */
export async function request<T>(
  settings: Settings,
  closing: Closing,
  request: Request,
  read: Read<T>,
): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      return await attempt(settings, closing, request, read);
    } catch (error) {
      failures += 1;
      if (request.once) throw error;
      const worthIt = request.follows === true && isWorthSigningAnew(error);
      await waitToRetry(settings, closing, request.options, error, failures, worthIt);
    }
  }
}

/**
 * Waits before the next try. Throws `error` where there is to be none, after `failures` in a row. `worthIt`: the caller
 * knows that a further try may mend it.
 */
export async function waitToRetry(
  settings: Settings,
  closing: Closing,
  options: CallOptions | undefined,
  error: unknown,
  failures: number,
  worthIt = false,
): Promise<void> {
  const maxRetries = options?.maxRetries ?? settings.maxRetries;
  const chance = Math.random();
  const delay = retryDelay(error, failures, chance) ?? (worthIt ? backoff(failures, chance) : undefined);
  const wait = failures > maxRetries ? undefined : delay;
  if (wait === undefined) throw error;
  await pause(wait, closing, options?.signal);
}

async function attempt<T>(settings: Settings, closing: Closing, request: Request, read: Read<T>): Promise<T> {
  const { method, target, elsewhere, options, alsoAnswers } = request;
  const address = elsewhere ? target : settings.baseUrl + target;
  let name = `${method} ${elsewhere ? unsigned(target) : address}`;
  const watch = createWatchdog(options?.timeoutMs ?? settings.timeoutMs, closing, options?.signal);
  try {
    watch.signal.throwIfAborted();
    watch.arm();
    const token = elsewhere ? undefined : await settings.token?.();
    const body = await request.body?.(watch);
    const headers = headersOf(settings, request, body?.size);
    if (token !== undefined && !headers.has('authorization')) headers.set('authorization', `Bearer ${token}`);
    const init = {
      method,
      headers,
      body: body?.content ?? null,
      signal: watch.signal,
      // An API does not move; and with any other mode fetch keeps a streamed body in memory, to send it again.
      redirect: request.follows ? ('manual' as const) : ('error' as const),
      duplex: 'half' as const,
    };
    let response = await settings.fetch(address, init);
    const location = request.follows && response.status === 307 ? response.headers.get('location') : null;
    if (location !== null) {
      name = `${method} ${unsigned(location)}`;
      await response.body?.cancel();
      const plain = headersOf(settings, { ...request, elsewhere: true }, undefined);
      response = await settings.fetch(location, {
        method,
        headers: plain,
        signal: watch.signal,
        redirect: 'error',
      });
    }
    if (!response.ok && !alsoAnswers?.includes(response.status)) throw await readError(name, response);
    return await read(response, watch);
  } catch (error) {
    watch.release();
    throw errorOf(error, watch, name);
  }
}

/** What signs an address is as good as a password, and has no place in a message. */
const unsigned = (address: string): string => address.replace(/\?.*/s, '');

/** What went wrong, in our own classes: the watchdog's reason where it fired, else the connection's failure. */
function errorOf(error: unknown, watch: Watchdog, request: string): unknown {
  if (watch.signal.aborted) return watch.signal.reason;
  if (error instanceof ModelBoxError) return error;
  // fetch reports a failed connection, and an answer that breaks off, as a TypeError with the reason as its cause.
  if (error instanceof TypeError)
    return new ConnectionError(`${request} failed: ${causes(error)}`, { cause: error });
  return error;
}

function causes(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && !error.message ? String(error.code) : error.message;
  return error.cause === undefined ? code : `${code}: ${causes(error.cause)}`;
}

function headersOf(settings: Settings, request: Request, size: number | undefined): Headers {
  const { headers, elsewhere, options } = request;
  const all = new Headers(elsewhere ? {} : settings.headers);
  const ours = elsewhere ? {} : (options?.headers ?? {});
  for (const set of [{ 'content-length': size?.toString() }, headers, ours]) {
    for (const [name, value] of Object.entries(set)) if (value !== undefined) all.set(name, value);
  }
  return all;
}

/** Waits, unless the client closes or the caller gives up. */
export async function pause(ms: number, closing: Closing, caller: AbortSignal | undefined): Promise<void> {
  const watch = createWatchdog(0, closing, caller);
  try {
    await sleep(ms, watch.signal);
  } finally {
    watch.release();
  }
}
