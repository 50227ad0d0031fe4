/**
 * Secrets by their looks, also behind an encoded quote: tokens of this server, and JWTs. No alternative ever goes back over
 * what it has taken: the URL is anybody's.
 */
const SECRET = /(?:\b|(?<=%(?:25)*[\dA-F]{2}))(?:mb_[\w-]{16,}|eyJ[\w-]{8,}(?:(?:\.|%2E)[\w-]*){0,2})/gi;
/** Parameters under which people send secrets to services that take them so; none of ours has such a name. */
const SECRET_PARAMETER =
  /([?&](?:access_token|id_token|refresh_token|token|api_?key|authorization|auth|password|passwd|secret|client_secret|signature)=)[^&#]*/gi;

/** A URL as it may be written down: whoever puts a secret into it by mistake does not find it in the log. */
export const redactedUrl = (url: string): string =>
  url.replace(SECRET_PARAMETER, '$1[redacted]').replace(SECRET, '[redacted]');

/** Whether a text has a secret in it. */
export const containsSecret = (text: string): boolean => text.search(SECRET) >= 0;
