/**
 * Headers of every answer. Browsers must not run, frame or sniff an answer, or load it from other sites, and shared
 * caches must not store it. Routes that send a page replace the policy.
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

/** For answers made for one request, such as the secret of a new token, and for refusals: no cache may store them. */
export const NOT_KEPT = { 'cache-control': 'no-store' } as const;
