import type { IncomingMessage } from 'node:http';
import { pipeline, Readable, Transform } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';

/** The bytes of a body that are sent at once, which is the step of progress. */
const pieceBytes = 256 * 1024;

/** The limits for stalled requests. */
export interface StallLimits {
  /** Milliseconds without progress. */
  readonly stallTimeout: number;
  /** Whether other writes wait for memory. A stalled write then has half the time. */
  readonly isMemoryAwaited: () => boolean;
}

/** The server or the connection made no progress for too long. */
export class S3Stalled extends Error {
  override readonly name = 'S3Stalled';
  /** The S3 client retries requests whose error has this property. */
  readonly $retryable: object | undefined;
  constructor(milliseconds: number, isToRepeat: boolean) {
    super(`no progress for ${milliseconds / 1000} s`);
    this.$retryable = isToRepeat ? {} : undefined;
  }
}

type Handle = S3Client['config']['requestHandler']['handle'];
type Sent = Parameters<Handle>[0];

/**
 * Ends requests in which the server makes no progress, but never because of a slow sender or reader of ours. The
 * timeouts of the S3 client cannot distinguish these, and it waits for each of its three attempts.
 */
export function limitStalls(client: S3Client, limits: StallLimits): void {
  const { requestHandler } = client.config;
  const handle: Handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = async (request, options) => {
    const rules = rulesOf(request, limits);
    const stop = new AbortController();
    const watch = watchProgress(rules, (stalled) => stop.abort(stalled));
    const { abortSignal } = (options ?? {}) as { abortSignal?: AbortSignal };
    const signals = abortSignal ? [stop.signal, abortSignal] : [stop.signal];
    try {
      const sent = { ...request, body: watch.sending(request.body) } as unknown as Sent;
      const result = await handle(sent, { ...options, abortSignal: AbortSignal.any(signals) });
      watch.receiving(result.response.body);
      return result;
    } catch (error) {
      watch.end();
      throw stop.signal.aborted ? stop.signal.reason : error;
    }
  };
}

interface Rules {
  limit(): number;
  /** Whether progress restarts the limit. If not, the limit covers the whole request. */
  readonly startsAnew: boolean;
  readonly isToRepeat: boolean;
}

/** The factor of the limit for assembling parts. */
const completionFactor = 2.5;

function rulesOf({ method, query, headers }: Sent, { stallTimeout, isMemoryAwaited }: StallLimits): Rules {
  if (method === 'PUT') {
    const limit = () => (isMemoryAwaited() ? stallTimeout / 2 : stallTimeout);
    return { limit, startsAnew: true, isToRepeat: false };
  }
  const isCompletion = method === 'POST' && query?.['uploadId'] !== undefined;
  if (isCompletion)
    return { limit: () => stallTimeout * completionFactor, startsAnew: false, isToRepeat: false };
  // Retries once on another connection, because this one may have been dropped silently. Twice the limit is less than
  // the timeout of clients.
  const isToRepeat = /^attempt=1\b/.test(headers['amz-sdk-request'] ?? '');
  const startsAnew = query?.['x-id'] === 'GetObject';
  return { limit: () => stallTimeout, startsAnew, isToRepeat };
}

function watchProgress(rules: Rules, stop: (stalled: S3Stalled) => void) {
  let since = performance.now();
  let waitsForUs = () => false;
  let hasMoved = () => false;
  const timer = setInterval(
    () => {
      if (rules.startsAnew && (hasMoved() || waitsForUs())) since = performance.now();
      const limit = rules.limit();
      if (performance.now() - since < limit) return;
      clearInterval(timer);
      stop(new S3Stalled(limit, rules.isToRepeat));
    },
    Math.max(rules.limit() / 8, 10),
  );

  return {
    end: () => clearInterval(timer),
    /** Splits the body into pieces. Each sent piece is progress. */
    sending(body: unknown): unknown {
      if (!rules.startsAnew || !(body instanceof Readable || body instanceof Uint8Array)) return body;
      let pieces = 0;
      let seen = 0;
      const source = body instanceof Uint8Array ? Readable.from(piecesOf(body), { objectMode: false }) : body;
      const sent = new Transform({
        transform(chunk, _, done) {
          pieces += 1;
          done(null, chunk);
        },
      });
      // The owner of the source handles its errors.
      pipeline(source, sent, () => {});
      hasMoved = () => {
        const before = seen;
        seen = pieces;
        return seen !== before;
      };
      waitsForUs = () => !sent.readableEnded && sent.readableLength === 0 && sent.writableLength === 0;
      return sent;
    },
    /** Watches the body of an answer. */
    receiving(body: unknown): void {
      const answer = body as IncomingMessage;
      answer.once('close', () => clearInterval(timer));
      if (answer.readableEnded || answer.destroyed) {
        clearInterval(timer);
        return;
      }
      if (rules.startsAnew) since = performance.now();
      let seen = -1;
      hasMoved = () => {
        const before = seen;
        seen = answer.socket?.bytesRead ?? 0;
        return seen !== before;
      };
      waitsForUs = () => answer.readableFlowing !== true;
      stop = (stalled) => answer.destroy(stalled);
    },
  };
}

function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
