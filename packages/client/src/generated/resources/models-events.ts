// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { Event, EventCreate, ModelsEventsListQuery } from '../schemas.ts';

/** The events of models. */
export class ModelsEvents extends Resource {
  /** Report an event about a model. */
  create(model: string, body: EventCreate, options?: WriteOptions): APIPromise<Event> {
    return this.http.send<Event>({ method: 'POST', url: url`/v1/models/${model}/events`, body, options });
  }

  /** List the events of a model, newest first. */
  list(model: string, query?: ModelsEventsListQuery, options?: CallOptions): PagePromise<Event> {
    return this.http.list<Event>({ url: url`/v1/models/${model}/events`, query, options });
  }
}
