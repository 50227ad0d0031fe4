import type { Download } from './download.ts';
import type { ReadOptions, ToFileOptions } from './options.ts';

/** The promise of a download. It can be read without waiting for the head first. */
export class DownloadPromise extends Promise<Download> {
  constructor(download: Promise<Download>) {
    super((resolve) => resolve(download));
  }

  /** `then`, `catch` and `finally` return plain promises. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** Reads and verifies all content in memory. */
  async bytes(options?: ReadOptions): Promise<Uint8Array> {
    return (await this).bytes(options);
  }

  /** Writes the verified content to a file (on Node); see `Download.toFile`. */
  async toFile(path: string, options?: ToFileOptions): Promise<void> {
    await (await this).toFile(path, options);
  }
}
