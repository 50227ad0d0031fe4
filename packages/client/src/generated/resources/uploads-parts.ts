// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, UploadOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import type { UploadSource } from '../../core/upload-source.ts';
import { url } from '../../core/url.ts';
import type { PartsToSign, SignedParts, UploadPart, UploadsPartsListQuery } from '../schemas.ts';

/** The parts of uploads. */
export class UploadsParts extends Resource {
  /** List the received parts of an open upload, by number. */
  list(upload: string, query?: UploadsPartsListQuery, options?: CallOptions): PagePromise<UploadPart> {
    return this.http.list<UploadPart>({ url: url`/v1/uploads/${upload}/parts`, query, options });
  }

  /**
   * Upload a part.
   *
   * The body is the content, with its exact `Content-Length` and a checksum. Parts can arrive in any order
   * and in parallel. A part that is sent again replaces the earlier one.
   */
  put(upload: string, part: string, source: UploadSource, options?: UploadOptions): APIPromise<UploadPart> {
    return this.http.upload<UploadPart>({ url: url`/v1/uploads/${upload}/parts/${part}`, source, options });
  }

  /**
   * Sign requests that send parts directly to the store.
   *
   * Requires a `direct` upload. Each signed request accepts only content with the given SHA-256.
   */
  sign(upload: string, body: PartsToSign, options?: CallOptions): APIPromise<SignedParts> {
    return this.http.send<SignedParts>({
      method: 'POST',
      url: url`/v1/uploads/${upload}/parts/sign`,
      body,
      options,
    });
  }
}
