import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { BlobMismatch } from './errors.ts';
import type { PartContent } from './multipart.ts';
import { type BlobSource, consume } from './source.ts';

/** What is copied at once of a larger chunk. */
const pieceBytes = 256 * 1024;

/** The body of a request, fed from a source at the pace at which it is sent. */
export interface PartStream {
  readonly body: Readable;
  /**
   * Resolves when all of the source has been given to the body and was what it was said to be. The last piece is held
   * back until that is certain: a request with less than was announced stores nothing, whatever the server checks.
   * @throws BlobMismatch; the signal's reason; whatever the source throws. The body stays open then.
   */
  readonly feed: (source: BlobSource, content: PartContent, signal: AbortSignal) => Promise<void>;
}

export function createPartStream(): PartStream {
  const waiting = () => {
    const next = Promise.withResolvers<void>();
    next.promise.catch(() => {}); // Rejected though nobody may wait just then.
    return next;
  };
  let wanted = waiting();
  const body = new Readable({ highWaterMark: pieceBytes, read: () => wanted.resolve() });

  const push = (piece: Buffer): Promise<void> | undefined => {
    if (body.push(piece)) return undefined;
    wanted = waiting();
    return wanted.promise;
  };

  async function feed(source: BlobSource, content: PartContent, signal: AbortSignal): Promise<void> {
    const hash = createHash('sha256');
    let received = 0;
    let held: Buffer | undefined;
    // Ends the wait for a request that takes no more.
    const onAbort = () => wanted.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const inPieces = async (chunk: Uint8Array) => {
      for (let at = 0; at < chunk.byteLength; at += pieceBytes) {
        // A copy: the source may use its buffer again while this is still being sent.
        const piece = Buffer.from(chunk.subarray(at, at + pieceBytes));
        hash.update(piece);
        if (held) await push(held);
        held = piece;
        signal.throwIfAborted();
      }
    };
    try {
      await consume(source, signal, (chunk) => {
        received += chunk.byteLength;
        if (received > content.sizeBytes) throw new BlobMismatch('sizeBytes', content.sizeBytes, received);
        return inPieces(chunk);
      });
      if (received < content.sizeBytes) throw new BlobMismatch('sizeBytes', content.sizeBytes, received);
      const sha256 = hash.digest('hex');
      if (sha256 !== content.sha256) throw new BlobMismatch('sha256', content.sha256, sha256);
      signal.throwIfAborted();
      if (held) body.push(held);
      body.push(null);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
  return { body, feed };
}
