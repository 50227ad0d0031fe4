import type { S3Client } from '@aws-sdk/client-s3';
import { canRepeat } from './s3-repeat.ts';

/** Milliseconds by which the server's time must have moved for a request to be sent again. */
const jump = 60_000;

/**
 * The time of the S3 server, which alone decides whether a signature is too old: signed URLs must carry it. Between its
 * answers it runs on by a monotonic clock.
 * @param otherwise The time until the server has answered.
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
    // After the S3 client's own, which would make an error of what the server refuses.
    { step: 'deserialize', priority: 'low', name: 'noteServerTime' },
  );
  // The S3 client repeats a request that it signed for a wrong date only if the server's time differs from ours: not
  // after a clock was set right again.
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
