import { createRemoteJWKSet, type RemoteJWKSet } from 'jose';
import type { Logger } from 'pino';
import { z } from 'zod';
import { isSafeUrl } from '../config/addresses.ts';

/** Milliseconds after which the keys are fetched again. The old keys stay in use meanwhile. */
const REFRESH_AFTER = 5 * 60_000;
/** Milliseconds that old keys stay in use if the issuer cannot be reached. */
const USABLE_FOR = 60 * 60_000;
/** Milliseconds between two attempts after a failure, and between two fetches for an unknown key. */
const COOLDOWN = 5_000;
/** Milliseconds that the issuer has for an answer. */
const TIMEOUT = 5_000;

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

export class IssuerUnreachable extends Error {}

interface Fetched {
  readonly jwksUri: string;
  readonly keys: RemoteJWKSet;
  readonly since: number;
}

/**
 * Reads the keys of an OIDC issuer by discovery (OpenID Connect Discovery 1.0, section 4) on first use. Fetches them
 * again every five minutes, and for an unknown key at most every five seconds.
 */
export function openKeys(issuer: string): (log: Logger) => Promise<RemoteJWKSet> {
  let fetched: Fetched | undefined;
  let running: Promise<Fetched> | undefined;
  let failed: { readonly at: number; readonly why: IssuerUnreachable } | undefined;

  function refresh(log: Logger): Promise<Fetched> {
    if (failed && performance.now() - failed.at < COOLDOWN) return Promise.reject(failed.why);
    running ??= fetchKeys(issuer, fetched)
      .then((found) => {
        failed = undefined;
        fetched = found;
        return found;
      })
      .catch((cause: unknown) => {
        const why = new IssuerUnreachable(`The keys of ${issuer} cannot be fetched.`, { cause });
        failed = { at: performance.now(), why };
        log.warn({ err: cause, issuer }, 'the keys of the OIDC issuer cannot be fetched');
        throw why;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  return async (log) => {
    const age = fetched === undefined ? Number.POSITIVE_INFINITY : performance.now() - fetched.since;
    if (fetched === undefined || age > USABLE_FOR) return (await refresh(log)).keys;
    // No request waits for this refresh, which logs its own failure.
    if (age > REFRESH_AFTER) refresh(log).catch(() => {});
    return fetched.keys;
  };
}

async function fetchKeys(issuer: string, before: Fetched | undefined): Promise<Fetched> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT),
    headers: { accept: 'application/json' },
  });
  if (!response.ok) throw new Error(`the discovery document was answered with ${response.status}`);
  const found = Discovery.parse(await response.json());
  if (found.issuer !== issuer)
    throw new Error(`the discovery document names another issuer, ${found.issuer}`);
  if (!isSafeUrl(found.jwks_uri)) throw new Error('jwks_uri must be https, or http on loopback');
  const keys =
    before?.jwksUri === found.jwks_uri
      ? before.keys
      : createRemoteJWKSet(new URL(found.jwks_uri), {
          timeoutDuration: TIMEOUT,
          cooldownDuration: COOLDOWN,
          // `openKeys` decides when to fetch again.
          cacheMaxAge: Number.POSITIVE_INFINITY,
        });
  await keys.reload();
  return { jwksUri: found.jwks_uri, keys, since: performance.now() };
}
