import type { Http } from './http.ts';

/** The base of the generated classes: each sends its requests through the client's one connection. */
export abstract class Resource {
  protected readonly http: Http;

  constructor(http: Http) {
    this.http = http;
  }
}
