// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { DownloadPromise } from '../../core/download-promise.ts';
import type { CallOptions, ConditionalOptions, DownloadOptions } from '../../core/options.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import { VersionsDecisions } from './versions-decisions.ts';
import { VersionsEvents } from './versions-events.ts';
import { VersionsFiles } from './versions-files.ts';
import { VersionsHold } from './versions-hold.ts';
import { VersionsMetadata } from './versions-metadata.ts';
import { VersionsMetrics } from './versions-metrics.ts';
import type {
  Lineage,
  Version,
  VersionUpdate,
  VersionsArchiveQuery,
  VersionsGetQuery,
  VersionsLineageQuery,
} from '../schemas.ts';

/** Versions of models. */
export class Versions extends Resource {
  readonly decisions = new VersionsDecisions(this.http);
  readonly events = new VersionsEvents(this.http);
  readonly files = new VersionsFiles(this.http);
  readonly hold = new VersionsHold(this.http);
  readonly metadata = new VersionsMetadata(this.http);
  readonly metrics = new VersionsMetrics(this.http);

  /** Read a version. */
  get(version: string, query?: VersionsGetQuery, options?: CallOptions): APIPromise<Version> {
    return this.http.send<Version>({ method: 'GET', url: url`/v1/versions/${version}`, query, options });
  }

  /** Update a version by JSON merge patch. */
  update(version: string, body: VersionUpdate, options?: ConditionalOptions): APIPromise<Version> {
    return this.http.send<Version>({ method: 'PATCH', url: url`/v1/versions/${version}`, body, options });
  }

  /**
   * Soft-delete a version; it can be restored within the grace time.
   *
   * A version that holds an alias cannot be deleted: 409 names its aliases.
   */
  delete(version: string, options?: ConditionalOptions): APIPromise<void> {
    return this.http.send<void>({ method: 'DELETE', url: url`/v1/versions/${version}`, options });
  }

  /**
   * Restore a deleted version.
   *
   * Also restores all files that retention removed. Returns 404 after the grace time. If only the grace time
   * of the files is over, a deleted object is restored without them and `filesRemovedAt` is set.
   */
  restore(version: string, options?: ConditionalOptions): APIPromise<Version> {
    return this.http.send<Version>({ method: 'POST', url: url`/v1/versions/${version}/restore`, options });
  }

  /**
   * Finalize a pending version: its file set becomes immutable.
   *
   * Sets the aliases of the create. A ready version is returned unchanged.
   */
  finalize(version: string, options?: ConditionalOptions): APIPromise<Version> {
    return this.http.send<Version>({ method: 'POST', url: url`/v1/versions/${version}/finalize`, options });
  }

  /**
   * Download all files of a version as one archive.
   *
   * Sends the stored files of a ready version as one tar or zip, ordered by path. Supports HEAD and
   * conditional requests. The same files always give the same bytes and ETag.
   */
  archive(version: string, options?: DownloadOptions & VersionsArchiveQuery): DownloadPromise {
    return this.http.download({
      url: url`/v1/versions/${version}/archive`,
      query: { format: options?.format, tracked: options?.tracked },
      options,
    });
  }

  /** Read the lineage of a version: its origins and descendants. */
  lineage(version: string, query?: VersionsLineageQuery, options?: CallOptions): APIPromise<Lineage> {
    return this.http.send<Lineage>({
      method: 'GET',
      url: url`/v1/versions/${version}/lineage`,
      query,
      options,
    });
  }
}
