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
  /** List the parts of an open upload that have arrived, by number. */
  list(upload: string, query?: UploadsPartsListQuery, options?: CallOptions): PagePromise<UploadPart> {
    return this.http.list<UploadPart>({ url: url`/v1/uploads/${upload}/parts`, query, options });
  }

  /**
   * Send a part.
   *
   * The body is the content, with its exact `Content-Length` and a checksum. In any order, several at once;
   * the same part again replaces it.
   */
  put(upload: string, part: string, source: UploadSource, options?: UploadOptions): APIPromise<UploadPart> {
    return this.http.upload<UploadPart>({ url: url`/v1/uploads/${upload}/parts/${part}`, source, options });
  }

  /**
   * Sign requests that bring parts straight to the store.
   *
   * Where the upload is `direct`. Each takes only the content that has the SHA-256 named.
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
