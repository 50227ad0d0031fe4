import { isUnavailable } from '@modelbox/db';
import type { Logger } from 'pino';
import type { Wakeup } from './wakeup.ts';

export interface Loop {
  /** Tells the current round to end soon, waits for it, and starts no other. */
  stop(): Promise<void>;
}

/**
 * Runs independent steps one after the other. A failed step does not keep the next one from running.
 * @throws the error of the only failed step, or an AggregateError
 */
export async function eachOnItsOwn(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, 'steps of a round failed');
}

function logFailure(log: Logger, loop: string, err: unknown): void {
  // Requests already report an unreachable database. This loop only waits for it.
  if (isUnavailable(err)) log.debug({ err, loop }, 'the database does not answer');
  else log.error({ err, loop }, 'a round of background work failed');
}

/** Repeats a round of work, with a pause between rounds. A failed round is logged and repeated after the pause. */
export function startLoop(
  name: string,
  interval: number,
  log: Logger,
  /** Long rounds must check the signal, which aborts when the loop stops. */
  round: (stopping: AbortSignal) => Promise<void>,
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
        logFailure(log, name, error);
      }
      if (signal.aborted) return;
      // The signal came during the round, perhaps too late for the round to see its cause.
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
