// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { WriteOptions } from '../../core/options.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { Hold, HoldPut } from '../schemas.ts';

/** The hold of versions. */
export class VersionsHold extends Resource {
  /** Put a version on hold, so that retention never removes it. */
  set(version: string, body: HoldPut, options?: WriteOptions): APIPromise<Hold> {
    return this.http.send<Hold>({ method: 'PUT', url: url`/v1/versions/${version}/hold`, body, options });
  }

  /** Release the hold of a version. */
  delete(version: string, options?: WriteOptions): APIPromise<void> {
    return this.http.send<void>({ method: 'DELETE', url: url`/v1/versions/${version}/hold`, options });
  }
}
