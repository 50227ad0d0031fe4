import { setTimeout as sleep } from 'node:timers/promises';
import { isRetryable } from './errors.ts';

const ATTEMPTS = 8;
/** The wait before the second attempt in milliseconds. It doubles with each attempt, up to `MOST_WAIT`. */
const FIRST_WAIT = 5;
const MOST_WAIT = 200;

/**
 * Runs a transaction, and retries it if it lost against another one (a deadlock, a serialization failure). Full
 * jitter keeps the losers apart. After the last attempt, throws the error.
 * @param isAlso further errors to retry.
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
