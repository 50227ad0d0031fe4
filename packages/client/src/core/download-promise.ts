import type { Download } from './download.ts';
import type { ReadOptions, ToFileOptions } from './options.ts';

/** The promise of a download, which can be read without waiting for its head first. */
export class DownloadPromise extends Promise<Download> {
  constructor(download: Promise<Download>) {
    super((resolve) => resolve(download));
  }

  /** What `then` and the like make is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** All the content in memory, verified. */
  async bytes(options?: ReadOptions): Promise<Uint8Array> {
    return (await this).bytes(options);
  }

  /** Writes the content to a file (on Node), verified; see `Download.toFile`. */
  async toFile(path: string, options?: ToFileOptions): Promise<void> {
    await (await this).toFile(path, options);
  }
}
