import { isUnavailable } from '@modelbox/db';
import type { Logger } from 'pino';
import type { Wakeup } from './wakeup.ts';

/** Work that goes on beside the requests. */
export interface Loop {
  /** Tells the round that runs to end soon, waits for it, and starts no other. */
  stop(): Promise<void>;
}

/**
 * Runs steps that do not need each other, one after the other: one that fails does not keep the next from running.
 * @throws the error of the only step that failed, or all in one.
 */
export async function eachOnItsOwn(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, 'steps of a round failed');
}

/** Runs a round of work again and again, with a pause between. A round that fails is logged, and tried at its next time. */
export function startLoop(
  name: string,
  interval: number,
  log: Logger,
  /** Long rounds look at the signal, which is aborted when the loop is to stop. */
  round: (stopping: AbortSignal) => Promise<void>,
  /** Makes the next round begin at once. */
  wakeup?: Wakeup,
): Loop {
  const stopping = new AbortController();
  const { signal } = stopping;
  let wake: () => void = () => {};
  let isWoken = false;
  wakeup?.onWake(() => {
    isWoken = true;
    wake();
  });
  const running = (async () => {
    while (!signal.aborted) {
      isWoken = false;
      try {
        await round(signal);
      } catch (error) {
        if (signal.aborted) return;
        // The database being away is told by whoever serves requests; this one only waits for it.
        if (isUnavailable(error)) log.debug({ err: error, loop: name }, 'the database is away');
        else log.error({ err: error, loop: name }, 'a round of work failed');
      }
      if (signal.aborted) return;
      // Rung while it worked: perhaps too late for that round to see what for.
      if (isWoken) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, interval);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return {
    stop: () => {
      stopping.abort();
      wake();
      return running;
    },
  };
}
