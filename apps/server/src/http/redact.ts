/** Secrets by their looks: tokens of this server, and JWTs. */
const SECRET = /\bmb_[\w-]{16,}|\beyJ[\w-]+(?:\.|%2E)[\w-]*(?:\.|%2E)?[\w-]*/gi;
/** Parameters under which people send secrets to services that take them so; none of ours has such a name. */
const SECRET_PARAMETER =
  /([?&](?:access_token|id_token|refresh_token|token|api_?key|authorization|auth|password|passwd|secret|client_secret|signature)=)[^&#]*/gi;

/** A URL as it may be written down: whoever puts a secret into it by mistake does not find it in the log. */
export const redactedUrl = (url: string): string =>
  url.replace(SECRET_PARAMETER, '$1[redacted]').replace(SECRET, '[redacted]');

/** Whether a text has a secret in it. */
export const holdsSecret = (text: string): boolean => text.search(SECRET) >= 0;
