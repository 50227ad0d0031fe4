import { APIError } from '../core/api-error.ts';
import { TimeoutError } from '../core/errors.ts';
import type { Carrier } from './carrier.ts';

const DAY_MS = 86_400_000;
const USUAL_PAUSE_MS = 5_000;

/** Waits for work that the server continues by itself. The total time starts with the first wait. */
export interface Patience {
  /** Throws `TimeoutError` if the wait would exceed the total time. `cause`: the reason for waiting. */
  readonly pause: (ms: number, cause?: unknown) => Promise<void>;
  /** Runs `work`, and retries it after `Retry-After` while the store cannot list the parts of an upload. */
  settled<T>(work: () => Promise<T>): Promise<T>;
}

/** `settleTimeoutMs` 0: no limit. */
export function patience(carrier: Pick<Carrier, 'pause'>, settleTimeoutMs = DAY_MS): Patience {
  let since: number | undefined;
  const pause = async (ms: number, cause?: unknown) => {
    since ??= performance.now();
    if (settleTimeoutMs > 0 && performance.now() - since + ms > settleTimeoutMs)
      throw new TimeoutError(
        `The server has not finished the upload within ${settleTimeoutMs} ms, but continues; call again ` +
          `later to wait for it`,
        { cause },
      );
    await carrier.pause(ms);
  };
  return {
    pause,
    async settled(work) {
      for (;;) {
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof APIError) || error.code !== 'upload_unsettled') throw error;
          await pause(error.retryAfterMs ?? USUAL_PAUSE_MS, error);
        }
      }
    },
  };
}
