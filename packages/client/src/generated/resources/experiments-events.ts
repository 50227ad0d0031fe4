// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { Event, EventCreate, ExperimentsEventsListQuery } from '../schemas.ts';

/** The events of experiments. */
export class ExperimentsEvents extends Resource {
  /** Report an event about an experiment. */
  create(experiment: string, body: EventCreate, options?: WriteOptions): APIPromise<Event> {
    return this.http.send<Event>({
      method: 'POST',
      url: url`/v1/experiments/${experiment}/events`,
      body,
      options,
    });
  }

  /** List the events of an experiment, newest first. */
  list(experiment: string, query?: ExperimentsEventsListQuery, options?: CallOptions): PagePromise<Event> {
    return this.http.list<Event>({ url: url`/v1/experiments/${experiment}/events`, query, options });
  }
}
