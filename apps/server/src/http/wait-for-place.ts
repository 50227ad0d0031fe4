interface Limits {
  /** Longest wait in milliseconds. If infinite, only `gone` ends the wait early. */
  readonly wait: number;
  /** Aborts if the client closes the connection. */
  readonly gone: AbortSignal;
  /** Called after `wait` and when `gone` aborts. Each must remove the request from its queue and reject `place`. */
  readonly onLate: () => void;
  readonly onGone: () => void;
}

/** Waits for the place of a request in a queue. */
export async function waitForPlace<T>(place: Promise<T>, { wait, gone, onLate, onGone }: Limits): Promise<T> {
  // Node would run a timer of infinite length at once.
  const timer = Number.isFinite(wait) ? setTimeout(onLate, wait) : undefined;
  gone.addEventListener('abort', onGone, { once: true });
  try {
    return await place;
  } finally {
    clearTimeout(timer);
    gone.removeEventListener('abort', onGone);
  }
}
