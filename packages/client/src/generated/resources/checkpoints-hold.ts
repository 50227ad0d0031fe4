// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { WriteOptions } from '../../core/options.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { Hold, HoldPut } from '../schemas.ts';

/** The hold of checkpoints. */
export class CheckpointsHold extends Resource {
  /** Put a checkpoint on hold, so that retention never removes it. */
  set(checkpoint: string, body: HoldPut, options?: WriteOptions): APIPromise<Hold> {
    return this.http.send<Hold>({
      method: 'PUT',
      url: url`/v1/checkpoints/${checkpoint}/hold`,
      body,
      options,
    });
  }

  /** Release the hold of a checkpoint. */
  delete(checkpoint: string, options?: WriteOptions): APIPromise<void> {
    return this.http.send<void>({ method: 'DELETE', url: url`/v1/checkpoints/${checkpoint}/hold`, options });
  }
}
