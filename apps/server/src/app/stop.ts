import { setTimeout as sleep } from 'node:timers/promises';

export interface Part {
  readonly name: string;
  /** @param late aborts when the part must stop waiting and close what it waits for. */
  stop(late: AbortSignal): Promise<void>;
}

/** Milliseconds, and share of the whole timeout, that requests in flight leave to the parts that stop later. */
const RESERVE = 5_000;
const RESERVED = 0.4;

/** Milliseconds that a late part still has. Then the stop continues without it. */
const GRACE = 1_000;

/**
 * Stops the parts in reverse order within one deadline. The last part serves requests and gets most of the time. Each
 * other part gets less than half of the remaining time.
 * @param timeout milliseconds for all parts.
 * @throws AggregateError with the failures of all parts. A failure does not keep the other parts from stopping.
 */
export async function stopInTime(parts: Part[], timeout: number): Promise<void> {
  const deadline = performance.now() + timeout;
  const failures: unknown[] = [];
  let patience = timeout - Math.min(RESERVE, timeout * RESERVED);
  for (const part of parts.splice(0).reverse()) {
    await stopPart(part, patience).catch((error: unknown) => failures.push(error));
    patience = Math.max(0, (deadline - performance.now()) * RESERVED);
  }
  if (failures.length > 0) throw new AggregateError(failures, 'parts of the server did not stop cleanly');
}

async function stopPart(part: Part, patience: number): Promise<void> {
  const late = new AbortController();
  const over = new AbortController();
  const timer = setTimeout(() => late.abort(), patience);
  const abandon = sleep(patience + GRACE, undefined, { signal: over.signal }).then(() => {
    throw new Error(`${part.name} did not stop in time`);
  });
  abandon.catch(() => {});
  try {
    await Promise.race([part.stop(late.signal), abandon]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}
