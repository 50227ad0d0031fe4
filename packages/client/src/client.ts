import { type ModelBoxOptions, resolveSettings } from './core/settings.ts';
import { Resources } from './generated/resources.ts';
import type { Version, VersionCreate } from './generated/schemas.ts';
import { Transfers } from './transfers.ts';
import type { Pulled, PullOptions, PushItem, PushOptions } from './trees/options.ts';
import { pull } from './trees/pull.ts';
import { push } from './trees/push.ts';

/**
 * A client of one ModelBox server.
 *
 *     const client = new ModelBox();
 *     const { version, files } = await client.resolve('ai/vision/yolo@prod');
 *
 * Safe to share; keep one for the life of the program. Throws `ModelBoxError` where an option is not what it must be.
 */
export class ModelBox extends Resources {
  readonly #transfers: Transfers;

  constructor(options: ModelBoxOptions = {}) {
    const transfers = new Transfers(resolveSettings(options));
    super(transfers);
    this.#transfers = transfers;
  }

  /**
   * Creates a version with the files of a folder (on Node), or those given one by one, and makes it ready when all have
   * arrived and been verified.
   *
   * The same call again continues: the version is the one that is there, and files that it has with the same content
   * are not sent again. A file that changes meanwhile, and a file in the version that is not among these, are
   * `ModelBoxError`s; the version stays pending then.
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
   * Brings the stored files of a version into a folder (on Node), each verified; tracked ones are only told of.
   *
   * Files that are there with the right content are not downloaded; others of the same name are replaced, and what else
   * is in the folder is left. The same call again continues what was cut off. One pull into a folder at a time.
   */
  pull(ref: string, folder: string, options: PullOptions = {}): Promise<Pulled> {
    return pull(this, this.#transfers, ref, folder, options);
  }

  /**
   * Gives up what is in flight (those calls reject with `ClosedError`), refuses further calls, and is done when all has
   * ended. Idle connections belong to the platform's `fetch`, which lets go of them by itself and never keeps the
   * process alive for them.
   */
  close(): Promise<void> {
    return this.#transfers.close();
  }
}
