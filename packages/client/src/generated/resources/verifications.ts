// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { DownloadPromise } from '../../core/download-promise.ts';
import type { DownloadOptions } from '../../core/options.ts';
import { Resource } from '../../core/resource.ts';
import type { VerificationsRunQuery } from '../schemas.ts';

/** The verifications. */
export class Verifications extends Resource {
  /**
   * Compare the file store with the database; for administrators.
   *
   * One JSON object a line (NDJSON), by `type`: `progress` at least every two seconds, a `finding` each, and
   * in the end one `report`. An answer without `report` broke off. As after any read that finds damage,
   * damaged contents are marked; stored objects that no row knows are told and left alone.
   */
  run(options?: DownloadOptions & VerificationsRunQuery): DownloadPromise {
    return this.http.download({ url: '/v1/verification', query: { full: options?.full }, options });
  }
}
