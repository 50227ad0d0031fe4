import type { Calls } from './calls.ts';

/** The base of the generated classes, which send requests through the shared client. */
export abstract class Resource {
  protected readonly http: Calls;

  constructor(http: Calls) {
    this.http = http;
  }
}
