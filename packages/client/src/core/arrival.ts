import { chunksOf } from './bytes.ts';
import { ConnectionError } from './errors.ts';
import type { Guard } from './guard.ts';
import type { Read } from './try-request.ts';

/** An answer whose head is here and whose content is on its way, under the guard of its try. */
export interface Arrival {
  readonly response: Response;
  readonly guard: Guard;
}

/** Takes over a response once its head is here. */
export const takeOver: Read<Arrival> = async (response, guard) => {
  guard.disarm();
  return { response, guard };
};

/** While a chunk is waited for it is the server's turn; while the caller works with it, nobody hurries. */
export async function* arriving({ response, guard }: Arrival): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (!response.body) return;
    guard.arm();
    for await (const chunk of chunksOf(response.body)) {
      guard.disarm();
      yield chunk;
      guard.arm();
    }
  } catch (error) {
    if (guard.signal.aborted) throw guard.signal.reason;
    throw new ConnectionError('The download broke off', { cause: error });
  } finally {
    guard.release();
  }
}

/** Lets go of what has not been read. */
export async function letGo({ response, guard }: Arrival): Promise<void> {
  guard.release();
  if (response.body && !response.body.locked) await response.body.cancel().catch(() => {});
}
