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

/** Paths that organize a team's models and experiments. */
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

  /** Change a namespace by JSON merge patch. */
  update(namespace: string, body: NamespaceUpdate, options?: ConditionalOptions): APIPromise<Namespace> {
    return this.http.send<Namespace>({
      method: 'PATCH',
      url: url`/v1/namespaces/${namespace}`,
      body,
      options,
    });
  }

  /**
   * Delete a namespace that is empty.
   *
   * One that has a quota, grants or protected aliases takes `namespace.quota`, `grant.write` or
   * `alias.protect` too. A namespace that is made under its path within `MODELBOX_DELETE_GRACE` has these
   * again.
   */
  delete(namespace: string, options?: ConditionalOptions): APIPromise<void> {
    return this.http.send<void>({ method: 'DELETE', url: url`/v1/namespaces/${namespace}`, options });
  }

  /** Read how much is stored in a namespace and all below it. */
  usage(namespace: string, options?: CallOptions): APIPromise<NamespaceUsage> {
    return this.http.send<NamespaceUsage>({
      method: 'GET',
      url: url`/v1/namespaces/${namespace}/usage`,
      options,
    });
  }
}
