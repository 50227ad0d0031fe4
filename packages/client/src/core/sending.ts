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
  /** In bytes, where it is known better than by the source. */
  readonly size: number | undefined;
  /** The hash is to be computed on the way. */
  readonly hashed: boolean;
  readonly onProgress: Progress | undefined;
}

/** The content of a source on its way as the body of a request. */
export interface Sending {
  /** Begins anew, for each try. */
  readonly body: (watchdog: Watchdog) => Promise<Body>;
  /** What carries the request does not always read a body to its end, or cancel it, when the try is over. */
  readonly letGo: () => void;
  /** Of all that was sent; undefined until all is, or where it is not hashed. */
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
      // Browsers cannot stream a request to every server: there the content is gathered first.
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

/** The chunks, counted and hashed as they pass. While one is on its way it is the server's turn. */
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
        if (size !== undefined && bytes > size) throw wrongSize(size);
        hash?.update(chunk);
        if (bytes === size) {
          // The server stores nothing while the last chunk is missing, and may answer as soon as it has that.
          await unchanged?.();
          result = hash?.hex();
        }
        onProgress?.(bytes, size);
        watchdog.arm();
        yield chunk;
        watchdog.disarm();
      }
      if (size !== undefined && bytes < size) throw wrongSize(size);
      result ??= hash?.hex();
      watchdog.arm();
    } catch (error) {
      // The failure of the source itself, which fetch would report as one of the connection.
      watchdog.fail(error);
      throw error;
    }
  }
  return { chunks: pass(), sha256: () => result };
}

const wrongSize = (size: number) =>
  new ModelBoxError(
    `The content is not the ${size} bytes that were announced; did it change while it was sent?`,
  );
