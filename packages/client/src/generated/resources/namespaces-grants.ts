// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { Grant, GrantPut, NamespacesGrantsListQuery } from '../schemas.ts';

/** The grants of namespaces. */
export class NamespacesGrants extends Resource {
  /** List the grants on a namespace and its parents. */
  list(namespace: string, query?: NamespacesGrantsListQuery, options?: CallOptions): PagePromise<Grant> {
    return this.http.list<Grant>({ url: url`/v1/namespaces/${namespace}/grants`, query, options });
  }

  /**
   * Grant a role on a namespace, replacing the previous role of the principal.
   *
   * Creates the namespace if it does not exist.
   */
  set(namespace: string, principal: string, body: GrantPut, options?: WriteOptions): APIPromise<Grant> {
    return this.http.send<Grant>({
      method: 'PUT',
      url: url`/v1/namespaces/${namespace}/grants/${principal}`,
      body,
      options,
    });
  }

  /** Delete a grant. */
  delete(namespace: string, principal: string, options?: WriteOptions): APIPromise<void> {
    return this.http.send<void>({
      method: 'DELETE',
      url: url`/v1/namespaces/${namespace}/grants/${principal}`,
      options,
    });
  }
}
