import { APIError } from './api-error.ts';
import { ChecksumError, ConnectionError, TimeoutError } from './errors.ts';

const BASE_MS = 250;
const CAP_MS = 8_000;
/** A server that asks for more patience than this gets none: the caller decides. */
const RETRY_AFTER_MAX_MS = 60_000;
const TRANSIENT: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * How many milliseconds to wait before trying again after `error`, or undefined to give up.
 *
 * Without a word from the server: exponential backoff with full jitter, so that clients that failed together do not
 * return together. With `Retry-After`: that long, and a little jitter more. `failures` counts the tries so far; `random`
 * is from [0, 1).
 */
export function retryDelay(error: unknown, failures: number, random: number): number | undefined {
  const wait = backoff(failures, random);
  if (error instanceof ConnectionError || error instanceof TimeoutError || error instanceof ChecksumError)
    return wait;
  if (!(error instanceof APIError) || !TRANSIENT.has(error.status) || error.code === 'storage_full')
    return undefined;
  if (error.retryAfterMs === undefined) return wait;
  return error.retryAfterMs > RETRY_AFTER_MAX_MS ? undefined : error.retryAfterMs + random * BASE_MS;
}

/** What an S3 server answers when it fails of its own accord, or a signature is too old for it. */
const PASSING_ON_S3: ReadonlySet<number> = new Set([400, 403, 408, 500]);

/** True where a signed request was refused, and one that is signed anew may not be. */
export const isWorthSigningAnew = (error: unknown): boolean =>
  error instanceof APIError && error.problem === undefined && PASSING_ON_S3.has(error.status);

/** Milliseconds to wait after `failures` tries: up to twice as long each time. */
export const backoff = (failures: number, random: number): number =>
  random * Math.min(CAP_MS, BASE_MS * 2 ** (failures - 1));

/** Milliseconds from `now` that a `Retry-After` header (RFC 9110: seconds or a date) asks to wait. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}
