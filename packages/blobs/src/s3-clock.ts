import type { S3Client } from '@aws-sdk/client-s3';
import { canRepeat } from './s3-repeat.ts';

/** The change of the server time, in milliseconds, after which a request is retried. */
const jump = 60_000;

/**
 * Follows the time of the S3 server, which decides whether a signature is too old, so signed URLs need it. Between
 * answers, a monotonic clock continues.
 * @param otherwise the time until the server has answered.
 */
export function followServerClock(client: S3Client, otherwise: () => Date): () => Date {
  let told: { readonly time: number; readonly at: number } | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers = {} } = result.response as { headers?: Record<string, string> };
      const time = Date.parse(headers['date'] ?? '');
      if (!Number.isNaN(time)) told = { time, at: performance.now() };
      return result;
    },
    // Runs before the S3 client converts rejected requests to errors.
    { step: 'deserialize', priority: 'low', name: 'noteServerTime' },
  );
  // The S3 client retries a request with a wrong date only if the time of the server differs from the local time. It
  // does not retry after the local clock was corrected.
  client.middlewareStack.add(
    (next) => async (args) => {
      const before = client.config.systemClockOffset;
      try {
        return await next(args);
      } catch (error) {
        const hasJumped = Math.abs(client.config.systemClockOffset - before) > jump;
        if (!hasJumped || !canRepeat(args.input)) throw error;
        return next(args);
      }
    },
    { step: 'initialize', name: 'repeatWithServerTime' },
  );
  return () => (told ? new Date(told.time + performance.now() - told.at) : otherwise());
}
