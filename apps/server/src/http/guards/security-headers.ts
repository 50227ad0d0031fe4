/**
 * What every answer tells browsers: nothing of it is a page that runs or is framed by another, nothing of it is guessed to be
 * of another type or is anybody else's to load, and no cache keeps for others what was meant for one. A route that sends a page
 * has a policy of its own.
 */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'private, no-cache',
} as const;

/** What is made for one request, the secret of a new token for one, is kept by no cache at all; nor is a refusal. */
export const NOT_KEPT = { 'cache-control': 'no-store' } as const;
