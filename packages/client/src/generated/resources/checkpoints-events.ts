// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { CheckpointsEventsListQuery, Event, EventCreate } from '../schemas.ts';

/** The events of checkpoints. */
export class CheckpointsEvents extends Resource {
  /** Report an event about a checkpoint. */
  create(checkpoint: string, body: EventCreate, options?: WriteOptions): APIPromise<Event> {
    return this.http.send<Event>({
      method: 'POST',
      url: url`/v1/checkpoints/${checkpoint}/events`,
      body,
      options,
    });
  }

  /** List the events of a checkpoint, newest first. */
  list(checkpoint: string, query?: CheckpointsEventsListQuery, options?: CallOptions): PagePromise<Event> {
    return this.http.list<Event>({ url: url`/v1/checkpoints/${checkpoint}/events`, query, options });
  }
}
