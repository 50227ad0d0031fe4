import { setTimeout as sleep } from 'node:timers/promises';
import { isRetryable } from './errors.ts';

const ATTEMPTS = 8;
/** Milliseconds: the wait before the second attempt is up to this, doubles with each further one, up to the most. */
const FIRST_WAIT = 5;
const MOST_WAIT = 200;

/**
 * Runs a transaction, and runs it again if it lost against another one (a deadlock, a serialization failure). Waits in
 * between with full jitter, so that the losers do not meet again. After the last attempt the error goes to the caller.
 * @param isAlso further errors to run again for.
 */
export async function retrying<T>(
  work: () => Promise<T>,
  isAlso: (error: unknown) => boolean = () => false,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= ATTEMPTS || !(isRetryable(error) || isAlso(error))) throw error;
    }
    await sleep(Math.random() * Math.min(MOST_WAIT, FIRST_WAIT * 2 ** (attempt - 1)));
  }
}
