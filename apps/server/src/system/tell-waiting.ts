import type { Logger } from 'pino';

/** Milliseconds after which somebody who looks at a start wants to know what it waits for. */
const INTERVAL = 3_000;

/** Logs again and again what is waited for, until the work is done. */
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
