import { chunksOf } from './bytes.ts';
import { ConnectionError } from './errors.ts';
import type { Read } from './try-request.ts';
import type { Watchdog } from './watchdog.ts';

/** An answer whose head has arrived and whose content is streaming, under the watchdog of its try. */
export interface Arrival {
  readonly response: Response;
  readonly watchdog: Watchdog;
}

/** Takes over a response when its head has arrived. */
export const takeOver: Read<Arrival> = async (response, watchdog) => {
  watchdog.disarm();
  return { response, watchdog };
};

/** The timeout runs only while the client waits for a chunk, not while the caller processes it. */
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
    throw new ConnectionError('The connection broke during the download', { cause: error });
  } finally {
    watchdog.release();
  }
}

/** Cancels the unread content. */
export async function letGo({ response, watchdog }: Arrival): Promise<void> {
  watchdog.release();
  if (response.body && !response.body.locked) await response.body.cancel().catch(() => {});
}
