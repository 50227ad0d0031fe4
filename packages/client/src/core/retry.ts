import { APIError } from './api-error.ts';
import { ChecksumError, ConnectionError, TimeoutError } from './errors.ts';

const BASE_MS = 250;
const CAP_MS = 8_000;
/** The longest `Retry-After` that the client obeys. Beyond it, the caller decides. */
const RETRY_AFTER_MAX_MS = 60_000;
const TRANSIENT: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Returns the milliseconds to wait before the next try after `error`. Undefined: give up.
 *
 * Uses exponential backoff with full jitter, so that clients that failed together do not retry together.
 * `Retry-After` sets the minimum, with a little jitter on top. `failures` counts the tries so far; `random` is in [0,
 * 1).
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

/** Statuses of S3 servers that fail temporarily, or reject an outdated signature. */
const PASSING_ON_S3: ReadonlySet<number> = new Set([400, 403, 408, 500]);

/** True if a newly signed request may succeed. */
export const isWorthSigningAnew = (error: unknown): boolean =>
  error instanceof APIError && error.problem === undefined && PASSING_ON_S3.has(error.status);

/** The backoff in milliseconds after `failures` tries. Its maximum doubles each time. */
export const backoff = (failures: number, random: number): number =>
  random * Math.min(CAP_MS, BASE_MS * 2 ** (failures - 1));

/** The delay of a `Retry-After` header (RFC 9110: seconds or a date) from `now` in milliseconds. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}
