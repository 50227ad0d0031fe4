import type { Closing } from './closing.ts';
import { readError } from './error-answer.ts';
import { ConnectionError, ModelBoxError } from './errors.ts';
import type { CallOptions } from './options.ts';
import { backoff, isWorthSigningAnew, retryDelay } from './retry.ts';
import type { Settings } from './settings.ts';
import { sleep } from './sleep.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';

/** The body of one try. `size` is in bytes, if known for a stream. */
export interface Body {
  readonly content: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  readonly size?: number | undefined;
}

/** A logical request, shared by all its tries. */
export interface Request {
  readonly method: string;
  /** The encoded path and query, or a whole URL on another server. */
  readonly target: string;
  /** The target is a signed URL of another server, so headers for the server are left out. */
  readonly elsewhere?: boolean | undefined;
  /** The server may redirect once to a signed URL, which gets only the headers of the request. */
  readonly follows?: boolean | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Creates the body for each try. A stream arms the watchdog while it waits for the server. */
  readonly body?: ((watchdog: Watchdog) => Promise<Body> | Body) | undefined;
  /** The body can be created only once, so there is no retry. */
  readonly once?: boolean | undefined;
  /** Statuses besides 2xx that are not errors. */
  readonly alsoAnswers?: readonly number[] | undefined;
  readonly options: CallOptions | undefined;
}

/** Reads an answer as part of the try: a connection error here also leads to a retry. */
export type Read<T> = (response: Response, watchdog: Watchdog) => Promise<T>;

/** Retries until there is an answer, an error that a retry cannot fix, or no try left. */
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
 * Waits before the next try. Throws `error` if no try is left after `failures` in a row. `worthIt`: the caller knows
 * that a retry may succeed.
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
      // The API never redirects. Any other mode makes fetch buffer a streamed body, to send it again.
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

/** Removes the query from a signed URL: the signature is a secret and must not appear in messages. */
const unsigned = (address: string): string => address.replace(/\?.*/s, '');

/** Converts an error to a class of the client: the reason of the watchdog if it fired, else a connection error. */
function errorOf(error: unknown, watch: Watchdog, request: string): unknown {
  if (watch.signal.aborted) return watch.signal.reason;
  if (error instanceof ModelBoxError) return error;
  // fetch reports connection errors and broken answers as a TypeError with the reason as cause.
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

/** Waits. Rejects if the client closes or the caller aborts. */
export async function pause(ms: number, closing: Closing, caller: AbortSignal | undefined): Promise<void> {
  const watch = createWatchdog(0, closing, caller);
  try {
    await sleep(ms, watch.signal);
  } finally {
    watch.release();
  }
}
