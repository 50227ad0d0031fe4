import { type Arrival, arriving, letGo } from './arrival.ts';
import { ModelBoxError } from './errors.ts';
import { extentOf } from './extent.ts';

/** Requests a file again after its connection broke. */
export interface Remote {
  /** Requests a range, or the whole file if its ETag is no longer `ifRange`. */
  ask(range: string | undefined, ifRange: string | undefined): Promise<Arrival>;
  /** Waits before the next try. Throws `error` if no try is left after `failures` in a row. */
  wait(error: unknown, failures: number): Promise<void>;
  /** The signal of the caller. */
  readonly signal: AbortSignal | undefined;
  /** A copy with another signal. */
  under(signal: AbortSignal | undefined): Remote;
}

/**
 * Reads the content of an answer. If the connection breaks, it requests the rest, unnoticed by the reader. Throws the
 * connection error if several tries in a row bring no byte, or if the answer lacks what a continuation needs.
 */
export async function* keepReading(
  first: Arrival,
  remote: Remote,
): AsyncGenerator<Uint8Array, void, undefined> {
  const resumable = resumableOf(first.response);
  let at = extentOf(first.response)?.start ?? 0;
  let failures = 0;
  for (let arrival = first; ; ) {
    let skip = repeatedBytes(arrival.response, at);
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
      if (resumable === undefined) throw error;
      if (at === resumable.end) return;
      failures += 1;
      await remote.wait(error, failures);
      arrival = await remote.ask(`bytes=${at}-${resumable.end - 1}`, resumable.etag);
      await checkSame(arrival, at, resumable.etag);
    }
  }
}

/** Returns the end of the content and its strong ETag. Undefined if the answer lacks what a continuation needs. */
function resumableOf(response: Response): { readonly end: number; readonly etag: string } | undefined {
  const extent = extentOf(response);
  const etag = response.headers.get('etag');
  if (extent === undefined || etag === null || etag.startsWith('W/')) return undefined;
  return { end: extent.end, etag };
}

/** Counts the bytes that arrive again, because the server ignores ranges and sends the content from its start. */
const repeatedBytes = (response: Response, at: number): number => at - (extentOf(response)?.start ?? at);

/** Throws if the answer does not continue the earlier content. */
async function checkSame(arrival: Arrival, at: number, etag: string): Promise<void> {
  const { response } = arrival;
  const start = extentOf(response)?.start;
  if (response.headers.get('etag') === etag && start !== undefined && start <= at) return;
  await letGo(arrival);
  throw new ModelBoxError('The file changed during the download; download it again');
}
