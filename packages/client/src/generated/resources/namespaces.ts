// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, ConditionalOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import { NamespacesDecisions } from './namespaces-decisions.ts';
import { NamespacesGrants } from './namespaces-grants.ts';
import { NamespacesPolicy } from './namespaces-policy.ts';
import { NamespacesProtectedAliases } from './namespaces-protected-aliases.ts';
import type { Namespace, NamespaceUpdate, NamespaceUsage, NamespacesListQuery } from '../schemas.ts';

/** Paths that organize the models and experiments of a team. */
export class Namespaces extends Resource {
  readonly decisions = new NamespacesDecisions(this.http);
  readonly grants = new NamespacesGrants(this.http);
  readonly policy = new NamespacesPolicy(this.http);
  readonly protectedAliases = new NamespacesProtectedAliases(this.http);

  /** List namespaces, by path. */
  list(query?: NamespacesListQuery, options?: CallOptions): PagePromise<Namespace> {
    return this.http.list<Namespace>({ url: '/v1/namespaces', query, options });
  }

  /** Read a namespace. */
  get(namespace: string, options?: CallOptions): APIPromise<Namespace> {
    return this.http.send<Namespace>({ method: 'GET', url: url`/v1/namespaces/${namespace}`, options });
  }

  /** Update a namespace by JSON merge patch. */
  update(namespace: string, body: NamespaceUpdate, options?: ConditionalOptions): APIPromise<Namespace> {
    return this.http.send<Namespace>({
      method: 'PATCH',
      url: url`/v1/namespaces/${namespace}`,
      body,
      options,
    });
  }

  /**
   * Delete an empty namespace.
   *
   * A namespace with a quota, grants or protected aliases also requires `namespace.quota`, `grant.write` or
   * `alias.protect`. If the path is created again within `MODELBOX_DELETE_GRACE`, the namespace has these
   * again.
   */
  delete(namespace: string, options?: ConditionalOptions): APIPromise<void> {
    return this.http.send<void>({ method: 'DELETE', url: url`/v1/namespaces/${namespace}`, options });
  }

  /** Read the storage use of a namespace and all below it. */
  usage(namespace: string, options?: CallOptions): APIPromise<NamespaceUsage> {
    return this.http.send<NamespaceUsage>({
      method: 'GET',
      url: url`/v1/namespaces/${namespace}/usage`,
      options,
    });
  }
}
