import { type Arrival, arriving, letGo } from './arrival.ts';
import { ModelBoxError } from './errors.ts';
import { extentOf } from './extent.ts';

/** How a file is asked for again after its content broke off. */
export interface Remote {
  /** Asks for a part, or the whole where the file's ETag is not `ifRange` any more. */
  ask(range: string | undefined, ifRange: string | undefined): Promise<Arrival>;
  /** Waits before the next try. Throws `error` where there is to be none, after `failures` in a row. */
  wait(error: unknown, failures: number): Promise<void>;
  /** Of the caller, who may give all up. */
  readonly signal: AbortSignal | undefined;
  /** The same with another signal. */
  under(signal: AbortSignal | undefined): Remote;
}

/**
 * The content of an answer. Where the connection breaks off, the rest is asked for, and the reader notices nothing. It
 * ends in the connection's error when several tries in a row brought no byte, or where the answer does not tell enough
 * to be continued.
 */
export async function* keepReading(
  first: Arrival,
  remote: Remote,
): AsyncGenerator<Uint8Array, void, undefined> {
  const extent = extentOf(first.response);
  const etag = first.response.headers.get('etag');
  let at = extent?.start ?? 0;
  let failures = 0;
  for (let arrival = first; ; ) {
    // Not where it should begin: what answers knows no ranges, and the content is the same. What is here is passed over.
    let skip = at - (extentOf(arrival.response)?.start ?? at);
    try {
      for await (const chunk of arriving(arrival)) {
        const fresh = chunk.subarray(Math.min(skip, chunk.byteLength));
        skip -= chunk.byteLength - fresh.byteLength;
        if (fresh.byteLength === 0) continue;
        at += fresh.byteLength;
        failures = 0;
        yield fresh;
      }
      return;
    } catch (error) {
      if (extent === undefined || etag === null || etag.startsWith('W/')) throw error;
      if (at === extent.end) return;
      failures += 1;
      await remote.wait(error, failures);
      arrival = await remote.ask(`bytes=${at}-${extent.end - 1}`, etag);
      await checkSame(arrival, at, etag);
    }
  }
}

/** Throws where the answer is not a continuation of what came before. */
async function checkSame(arrival: Arrival, at: number, etag: string): Promise<void> {
  const { response } = arrival;
  const start = extentOf(response)?.start;
  if (response.headers.get('etag') === etag && start !== undefined && start <= at) return;
  await letGo(arrival);
  throw new ModelBoxError('The file changed while it was downloaded');
}
