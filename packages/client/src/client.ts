import { type ModelBoxOptions, resolveSettings } from './core/settings.ts';
import { Resources } from './generated/resources.ts';
import type { Version, VersionCreate } from './generated/schemas.ts';
import { Transfers } from './transfers.ts';
import type { Pulled, PullOptions, PushItem, PushOptions } from './trees/options.ts';
import { pull } from './trees/pull.ts';
import { push } from './trees/push.ts';

/**
 * A client for one ModelBox server.
 *
 *     const client = new ModelBox();
 *     const { version, files } = await client.resolve('ai/vision/yolo@prod');
 *
 * Safe to share: keep one for the life of the program. Throws `ModelBoxError` if an option is invalid.
 */
export class ModelBox extends Resources {
  readonly #transfers: Transfers;

  constructor(options: ModelBoxOptions = {}) {
    const transfers = new Transfers(resolveSettings(options));
    super(transfers);
    this.#transfers = transfers;
  }

  /**
   * Creates a version with the files of a folder (on Node) or with listed files, and finalizes it when the server has
   * verified all of them.
   *
   * A repeated call continues: it reuses the existing version and skips files that have arrived. Throws
   * `ModelBoxError` if a file changes meanwhile, or if the version has a file that is not in the list; the version
   * then stays pending.
   */
  push(
    model: string,
    create: Omit<VersionCreate, 'status'>,
    source: string | readonly PushItem[],
    options: PushOptions = {},
  ): Promise<Version> {
    return push(this, this.#transfers, model, create, source, options);
  }

  /**
   * Downloads the stored files of a version into a folder (on Node) and verifies each. The result only lists tracked
   * files.
   *
   * Files with the right content are not downloaded again. Other files of the same name are replaced; all else in the
   * folder stays. A repeated call continues. Run one pull into a folder at a time.
   */
  pull(ref: string, folder: string, options: PullOptions = {}): Promise<Pulled> {
    return pull(this, this.#transfers, ref, folder, options);
  }

  /**
   * Aborts calls in flight, which reject with `ClosedError`, and rejects further calls. Resolves when all have ended.
   * Idle connections belong to the `fetch` of the platform, which closes them and never keeps the process alive for
   * them.
   */
  close(): Promise<void> {
    return this.#transfers.close();
  }
}
