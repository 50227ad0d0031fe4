import type { Calls } from './calls.ts';

/** The base of the generated classes: each sends its requests through the client's one connection. */
export abstract class Resource {
  protected readonly http: Calls;

  constructor(http: Calls) {
    this.http = http;
  }
}
