import type { Logger } from 'pino';

/** Milliseconds after which an operator wants to know why a start takes long. */
const INTERVAL = 3_000;

/** Logs repeatedly what the start waits for, until the work is done. */
export async function tellWaiting<T>(
  log: Logger,
  what: string,
  work: () => Promise<T>,
  interval = INTERVAL,
): Promise<T> {
  const since = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - since) / 1000);
    log.warn({ seconds }, `the start waits for ${what}`);
  }, interval);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
