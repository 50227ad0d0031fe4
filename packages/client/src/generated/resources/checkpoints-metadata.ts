// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, ConditionalOptions } from '../../core/options.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { Metadata, MetadataPatch } from '../schemas.ts';

/** The metadata of checkpoints. */
export class CheckpointsMetadata extends Resource {
  /** Read the metadata of a checkpoint. */
  get(checkpoint: string, options?: CallOptions): APIPromise<Metadata> {
    return this.http.send<Metadata>({
      method: 'GET',
      url: url`/v1/checkpoints/${checkpoint}/metadata`,
      options,
    });
  }

  /**
   * Update the metadata of a checkpoint by JSON merge patch.
   *
   * Without the permission `checkpoint.read`, the answer contains only the members that the patch names.
   */
  update(checkpoint: string, body: MetadataPatch, options?: ConditionalOptions): APIPromise<Metadata> {
    return this.http.send<Metadata>({
      method: 'PATCH',
      url: url`/v1/checkpoints/${checkpoint}/metadata`,
      body,
      options,
    });
  }
}
