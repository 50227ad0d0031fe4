import { AbortError, ModelBoxError } from '../core/errors.ts';
import { sha256 } from '../core/sha256.ts';
import type { Sha256 } from '../core/sha256-portable.ts';
import type { PartSource, Source } from '../core/source.ts';

/** Local content to send in parts, in its state at the start of the upload. */
export interface LocalContent {
  readonly sizeBytes: number;
  /** Returns a part as a source. */
  part(offset: number, length: number): Source;
  /** Returns the SHA-256 of a part in hex. `also` is updated with the same bytes. */
  hash(offset: number, length: number, also?: Sha256): Promise<string>;
  /** Throws `ModelBoxError` if the content has changed. */
  readonly unchanged: () => Promise<void>;
}

export async function localContent(
  source: PartSource,
  what: string,
  signal: AbortSignal | undefined,
): Promise<LocalContent> {
  const before = await source.fingerprint();
  const sizeBytes = await source.size();
  return {
    sizeBytes,
    part: (offset, length) => ({
      again: true,
      open: async () => ({ size: length, chunks: source.read(offset, length) }),
    }),
    async hash(offset, length, also) {
      const hash = sha256();
      for await (const chunk of source.read(offset, length, 'passing')) {
        if (signal?.aborted) throw new AbortError('The call was aborted', { cause: signal.reason });
        hash.update(chunk);
        also?.update(chunk);
      }
      return hash.hex();
    },
    async unchanged() {
      if ((await source.fingerprint()) !== before)
        throw new ModelBoxError(`${what} changed while it was sent`);
    },
  };
}
