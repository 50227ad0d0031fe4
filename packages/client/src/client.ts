import { Http } from './core/http.ts';
import { type ModelBoxOptions, settle } from './core/settings.ts';
import { Resources } from './generated/resources.ts';

/**
 * A client of one ModelBox server.
 *
 *     const client = new ModelBox();
 *     const { version, files } = await client.resolve('ai/vision/yolo@prod');
 *
 * Safe to share; keep one for the life of the program. Throws `ModelBoxError` where an option is not what it must be.
 */
export class ModelBox extends Resources {
  constructor(options: ModelBoxOptions = {}) {
    super(new Http(settle(options)));
  }

  /**
   * Gives up what is in flight (those calls reject with `ClosedError`), refuses further calls, and is done when all has
   * ended. Idle connections belong to the platform's `fetch`, which lets go of them by itself and never keeps the
   * process alive for them.
   */
  close(): Promise<void> {
    return this.http.close();
  }
}
