// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions } from '../../core/options.ts';
import { Resource } from '../../core/resource.ts';
import type { Health, Readiness } from '../schemas.ts';

/** Health, metrics and documents of the server. */
export class System extends Resource {
  /** Check that the process is alive. */
  health(options?: CallOptions): APIPromise<Health> {
    return this.http.send<Health>({ method: 'GET', url: '/healthz', options });
  }

  /** Check the database, the migrations and the file store. */
  ready(options?: CallOptions): APIPromise<Readiness> {
    return this.http.send<Readiness>({ method: 'GET', url: '/readyz', alsoAnswers: [503], options });
  }

  /** Read the metrics in the Prometheus format. */
  metrics(options?: CallOptions): APIPromise<string> {
    return this.http.send<string>({ method: 'GET', url: '/metrics', as: 'text', options });
  }

  /** Read this OpenAPI document. */
  openapi(options?: CallOptions): APIPromise<Record<string, unknown>> {
    return this.http.send<Record<string, unknown>>({ method: 'GET', url: '/openapi.json', options });
  }
}
