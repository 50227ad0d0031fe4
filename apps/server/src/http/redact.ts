/**
 * Matches secrets by their form, also after an encoded quote: tokens of this server, and JWTs. The pattern never
 * backtracks over consumed text, because any caller chooses the URL.
 */
const SECRET = /(?:\b|(?<=%(?:25)*[\dA-F]{2}))(?:mb_[\w-]{16,}|eyJ[\w-]{8,}(?:(?:\.|%2E)[\w-]*){0,2})/gi;
/** Query parameters that usually carry secrets in other services. No route of this server has them. */
const SECRET_PARAMETER =
  /([?&](?:access_token|id_token|refresh_token|token|api_?key|authorization|auth|password|passwd|secret|client_secret|signature)=)[^&#]*/gi;

/** Returns a URL that is safe to log: a secret in the URL by mistake is redacted. */
export const redactedUrl = (url: string): string =>
  url.replace(SECRET_PARAMETER, '$1[redacted]').replace(SECRET, '[redacted]');

export const containsSecret = (text: string): boolean => text.search(SECRET) >= 0;
