// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { DownloadPromise } from '../../core/download-promise.ts';
import type { DownloadOptions } from '../../core/options.ts';
import { Resource } from '../../core/resource.ts';
import type { VerificationsRunQuery } from '../schemas.ts';

/** The verifications. */
export class Verifications extends Resource {
  /**
   * Compare the file store with the database (administrators only).
   *
   * Sends one JSON object per line (NDJSON). By `type`: `progress` at least every two seconds, a `finding`
   * for each fault, and one final `report`. An answer without `report` is incomplete. Like any read, it marks
   * content that it finds damaged. Objects in the store without a row are reported and not changed.
   */
  run(options?: DownloadOptions & VerificationsRunQuery): DownloadPromise {
    return this.http.download({ url: '/v1/verification', query: { full: options?.full }, options });
  }
}
