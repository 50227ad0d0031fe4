// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, ConditionalOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import { NamespacesProtectedAliasesRules } from './namespaces-protected-aliases-rules.ts';
import type { AliasProtection, AliasProtectionPut, NamespacesProtectedAliasesListQuery } from '../schemas.ts';

/** The protectedAliases of namespaces. */
export class NamespacesProtectedAliases extends Resource {
  readonly rules = new NamespacesProtectedAliasesRules(this.http);

  /** List the protected aliases for all models below a namespace. */
  list(
    namespace: string,
    query?: NamespacesProtectedAliasesListQuery,
    options?: CallOptions,
  ): PagePromise<AliasProtection> {
    return this.http.list<AliasProtection>({
      url: url`/v1/namespaces/${namespace}/protected-aliases`,
      query,
      options,
    });
  }

  /** Protect an alias of all models below a namespace. */
  set(
    namespace: string,
    alias: string,
    body: AliasProtectionPut,
    options?: ConditionalOptions,
  ): APIPromise<AliasProtection> {
    return this.http.send<AliasProtection>({
      method: 'PUT',
      url: url`/v1/namespaces/${namespace}/protected-aliases/${alias}`,
      body,
      options,
    });
  }

  /** Remove the protection of an alias of a namespace. */
  delete(namespace: string, alias: string, options?: WriteOptions): APIPromise<void> {
    return this.http.send<void>({
      method: 'DELETE',
      url: url`/v1/namespaces/${namespace}/protected-aliases/${alias}`,
      options,
    });
  }

  /** Read the protection of an alias of a namespace. */
  get(namespace: string, alias: string, options?: CallOptions): APIPromise<AliasProtection> {
    return this.http.send<AliasProtection>({
      method: 'GET',
      url: url`/v1/namespaces/${namespace}/protected-aliases/${alias}`,
      options,
    });
  }
}
