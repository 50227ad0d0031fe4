// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { Event, EventCreate, VersionsEventsListQuery } from '../schemas.ts';

/** The events of versions. */
export class VersionsEvents extends Resource {
  /** Report an event about a version. */
  create(version: string, body: EventCreate, options?: WriteOptions): APIPromise<Event> {
    return this.http.send<Event>({ method: 'POST', url: url`/v1/versions/${version}/events`, body, options });
  }

  /** List the events of a version, newest first. */
  list(version: string, query?: VersionsEventsListQuery, options?: CallOptions): PagePromise<Event> {
    return this.http.list<Event>({ url: url`/v1/versions/${version}/events`, query, options });
  }
}
