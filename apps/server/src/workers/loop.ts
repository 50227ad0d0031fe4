import { isUnavailable } from '@modelbox/db';
import type { Logger } from 'pino';

/** Work that goes on beside the requests. */
export interface Loop {
  /** Waits for the round that runs, and starts no other. */
  stop(): Promise<void>;
}

/** Runs a round of work again and again, with a pause between. A round that fails is logged, and tried at its next time. */
export function startLoop(name: string, interval: number, log: Logger, round: () => Promise<void>): Loop {
  let stopped = false;
  let wake: () => void = () => {};
  const running = (async () => {
    while (!stopped) {
      try {
        await round();
      } catch (error) {
        // The database being away is told by whoever serves requests; this one only waits for it.
        if (isUnavailable(error)) log.debug({ err: error, loop: name }, 'the database is away');
        else log.error({ err: error, loop: name }, 'a round of work failed');
      }
      if (stopped) return;
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
      stopped = true;
      wake();
      return running;
    },
  };
}
