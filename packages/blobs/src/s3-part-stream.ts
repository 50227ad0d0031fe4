import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { BlobMismatch } from './errors.ts';
import type { PartContent } from './multipart.ts';
import { type BlobSource, consume } from './source.ts';

/** The bytes that are copied at once from a larger chunk. */
const pieceBytes = 256 * 1024;

/** A request body that is filled from a source at the speed at which it is sent. */
export interface PartStream {
  readonly body: Readable;
  /**
   * Resolves when the body has all of the source and the content matched. It holds back the last piece until then: a
   * request with fewer bytes than announced stores nothing, even on servers without checks.
   * @throws BlobMismatch; the reason of the signal; errors of the source. The body then stays open.
   */
  readonly feed: (source: BlobSource, content: PartContent, signal: AbortSignal) => Promise<void>;
}

export function createPartStream(): PartStream {
  const waiting = () => {
    const next = Promise.withResolvers<void>();
    next.promise.catch(() => {}); // A rejection may come when nobody waits.
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
    // Ends the wait for a stalled request.
    const onAbort = () => wanted.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const inPieces = async (chunk: Uint8Array) => {
      for (let at = 0; at < chunk.byteLength; at += pieceBytes) {
        // Copies, because the source may reuse its buffer while the piece is sent.
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
