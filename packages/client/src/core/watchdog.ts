import type { Closing } from './closing.ts';
import { AbortError, ClosedError, TimeoutError } from './errors.ts';

/** The longest delay of a timer in milliseconds. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Watches over one try: its signal fires when the caller gives up, the client closes, or the server is silent. */
export interface Watchdog {
  /** Its reason is the error to throw. */
  readonly signal: AbortSignal;
  /** Starts the timeout again, because the client now waits for the server. */
  arm(): void;
  /** Stops the timeout while the caller works. */
  disarm(): void;
  /** Fires the signal because the work of the caller failed. `reason` is the error to throw. */
  fail(reason: unknown): void;
  /** Ends the watch, because the try is over. */
  release(): void;
}

/** `timeoutMs` 0: no limit. */
export function createWatchdog(
  timeoutMs: number,
  closing: Closing,
  caller: AbortSignal | undefined,
): Watchdog {
  const controller = new AbortController();
  const onClose = () => controller.abort(new ClosedError('The client is closed'));
  const onAbort = () => controller.abort(new AbortError('The call was aborted', { cause: caller?.reason }));
  const onTimeout = () => controller.abort(new TimeoutError(`The server was silent for ${timeoutMs} ms`));

  let timer: ReturnType<typeof setTimeout> | undefined;
  let released = false;
  const disarm = () => clearTimeout(timer);
  const arm = () => {
    clearTimeout(timer);
    if (timeoutMs > 0 && !released) timer = setTimeout(onTimeout, Math.min(timeoutMs, TIMER_MAX_MS));
  };
  const release = () => {
    released = true;
    disarm();
    unsubscribe();
    caller?.removeEventListener('abort', onAbort);
  };

  const unsubscribe = closing.onClose(onClose);
  caller?.addEventListener('abort', onAbort);
  if (closing.closed) onClose();
  else if (caller?.aborted) onAbort();
  return { signal: controller.signal, arm, disarm, fail: (reason) => controller.abort(reason), release };
}
