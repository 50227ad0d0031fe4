import type { S3Client } from '@aws-sdk/client-s3';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { statusOf } from './s3-errors.ts';
import { canRepeat } from './s3-repeat.ts';

/** The minimum milliseconds between two reads of rejected credentials, so that wrong ones cause no busy loop. */
const restBetween = 2_000;

/** The error codes for credentials that are expired, unknown or changed. */
const refusals = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSecurity',
  'InvalidToken',
  'NotSignedUp',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
  'UnrecognizedClientException',
]);

/** Credentials from the AWS chain. Files are read again each time, because they are rewritten while the server runs. */
export const awsCredentials = (): ReturnType<typeof defaultProvider> =>
  defaultProvider({ ignoreCache: true });

/**
 * Reads the credentials again if the server rejects them, and retries the request if they have changed. A streamed
 * body cannot be sent again: its sender gets the error, and the next request uses the new credentials.
 */
export function renewCredentials(client: S3Client): void {
  const known = async () => keyOf(await client.config.credentials());
  let renewedAt = Number.NEGATIVE_INFINITY;
  let renewing: Promise<unknown> | undefined;
  const renewIfUnchanged = async (used: string | undefined) => {
    if ((await known()) !== used) return;
    if (performance.now() - renewedAt < restBetween) return;
    renewing ??= Promise.resolve(client.config.credentials({ forceRefresh: true })).finally(() => {
      renewedAt = performance.now();
      renewing = undefined;
    });
    // A file that cannot be read now, for example because it is being written, is read next time.
    await renewing.catch(() => {});
  };
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const used = await known().catch(() => undefined);
        try {
          return await next(args);
        } catch (error) {
          if (!isRefusal(error, commandName)) throw error;
          await renewIfUnchanged(used);
          if (!canRepeat(args.input) || (await known()) === used) throw error;
          return next(args);
        }
      },
    { step: 'initialize', name: 'renewCredentials' },
  );
}

const keyOf = ({
  accessKeyId,
  secretAccessKey,
  sessionToken = '',
}: Awaited<ReturnType<S3Client['config']['credentials']>>) =>
  [accessKeyId, secretAccessKey, sessionToken].join('\n');

/** The answer to HEAD has no body with a reason. */
function isRefusal(error: unknown, commandName: string): boolean {
  if (refusals.has((error as Error).name)) return true;
  const status = statusOf(error);
  return commandName.startsWith('Head') && (status === 400 || status === 403);
}
