import { chunksOf } from './bytes.ts';
import { ConnectionError } from './errors.ts';
import type { Read } from './try-request.ts';
import type { Watchdog } from './watchdog.ts';

/** An answer whose head is here and whose content is on its way, under the watchdog of its try. */
export interface Arrival {
  readonly response: Response;
  readonly watchdog: Watchdog;
}

/** Takes over a response once its head is here. */
export const takeOver: Read<Arrival> = async (response, watchdog) => {
  watchdog.disarm();
  return { response, watchdog };
};

/** While a chunk is waited for it is the server's turn; while the caller works with it, nobody hurries. */
export async function* arriving({
  response,
  watchdog,
}: Arrival): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (!response.body) return;
    watchdog.arm();
    for await (const chunk of chunksOf(response.body)) {
      watchdog.disarm();
      yield chunk;
      watchdog.arm();
    }
  } catch (error) {
    if (watchdog.signal.aborted) throw watchdog.signal.reason;
    throw new ConnectionError('The download broke off', { cause: error });
  } finally {
    watchdog.release();
  }
}

/** Lets go of what has not been read. */
export async function letGo({ response, watchdog }: Arrival): Promise<void> {
  watchdog.release();
  if (response.body && !response.body.locked) await response.body.cancel().catch(() => {});
}
