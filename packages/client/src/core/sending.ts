import { concat, streamOf } from './bytes.ts';
import { ModelBoxError } from './errors.ts';
import { onNode } from './node.ts';
import type { Progress } from './progress.ts';
import { sha256 } from './sha256.ts';
import type { Sha256 } from './sha256-portable.ts';
import type { Opened, Source } from './source.ts';
import type { Body } from './try-request.ts';
import type { Watchdog } from './watchdog.ts';

interface SendingOptions {
  /** The size in bytes, if the caller knows it better than the source. */
  readonly size: number | undefined;
  /** Whether to hash the content while it is sent. */
  readonly hashed: boolean;
  readonly onProgress: Progress | undefined;
}

/** The content of a source as a request body. */
export interface Sending {
  /** Opens the body again for each try. */
  readonly body: (watchdog: Watchdog) => Promise<Body>;
  /** `fetch` does not always read a body to its end, or cancel it, when a try ends. */
  readonly letGo: () => void;
  /** The SHA-256 of the sent content. Undefined until all is sent, or if it is not hashed. */
  sha256(): string | undefined;
}

export function sending(source: Source, options: SendingOptions): Sending {
  let last: Passing | undefined;
  const letGo = () => void last?.chunks.return().catch(() => {});
  return {
    async body(watchdog) {
      letGo();
      const opened = await source.open();
      const size = options.size ?? opened.size;
      last = passing(opened, { ...options, size }, watchdog);
      // Browsers cannot stream a body to every server, so the content is buffered there.
      return { size, content: onNode() ? streamOf(last.chunks) : await concat(last.chunks) };
    },
    letGo,
    sha256: () => last?.sha256(),
  };
}

interface Passing {
  readonly chunks: AsyncGenerator<Uint8Array, void, undefined>;
  sha256(): string | undefined;
}

/** Counts and hashes the chunks in passing. The timeout runs while a chunk is in transit. */
function passing({ chunks, unchanged }: Opened, options: SendingOptions, watchdog: Watchdog): Passing {
  const { size, onProgress } = options;
  const hash: Sha256 | undefined = options.hashed ? sha256() : undefined;
  let result: string | undefined;
  async function* pass(): AsyncGenerator<Uint8Array, void, undefined> {
    let bytes = 0;
    try {
      watchdog.disarm();
      for await (const chunk of chunks) {
        watchdog.signal.throwIfAborted();
        if (chunk.byteLength === 0) continue;
        bytes += chunk.byteLength;
        checkNotOver(bytes, size);
        hash?.update(chunk);
        if (bytes === size) {
          // The server stores nothing before the last chunk, and may answer right after it. So this is the last
          // chance to check.
          await unchanged?.();
          result = hash?.hex();
        }
        onProgress?.(bytes, size);
        watchdog.arm();
        yield chunk;
        watchdog.disarm();
      }
      checkNotUnder(bytes, size);
      result ??= hash?.hex();
      watchdog.arm();
    } catch (error) {
      // Keeps the error of the source, which fetch would report as a connection error.
      watchdog.fail(error);
      throw error;
    }
  }
  return { chunks: pass(), sha256: () => result };
}

function checkNotOver(bytes: number, size: number | undefined): void {
  if (size !== undefined && bytes > size) throw wrongSize(size);
}

function checkNotUnder(bytes: number, size: number | undefined): void {
  if (size !== undefined && bytes < size) throw wrongSize(size);
}

const wrongSize = (size: number) =>
  new ModelBoxError(
    `The content is not the ${size} bytes that were announced; did it change while it was sent?`,
  );
