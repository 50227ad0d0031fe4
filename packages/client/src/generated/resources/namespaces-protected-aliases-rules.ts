// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, ConditionalOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type {
  AliasProtection,
  NamespacesProtectedAliasesRulesListQuery,
  RuleConsent,
  RuleConsentPut,
} from '../schemas.ts';

/** The rules of namespaces protectedAliases. */
export class NamespacesProtectedAliasesRules extends Resource {
  /** List the labelling rules for a protected alias of a namespace, with their consents. */
  list(
    namespace: string,
    alias: string,
    query?: NamespacesProtectedAliasesRulesListQuery,
    options?: CallOptions,
  ): PagePromise<RuleConsent> {
    return this.http.list<RuleConsent>({
      url: url`/v1/namespaces/${namespace}/protected-aliases/${alias}/rules`,
      query,
      options,
    });
  }

  /**
   * Allow a labelling rule to move a protected alias of a namespace.
   *
   * The consent lasts until the rule, or the datasets on which it requires evaluations, change. 412 `stale`:
   * the rule has another digest.
   */
  allow(
    namespace: string,
    alias: string,
    policy: string,
    body: RuleConsentPut,
    options?: ConditionalOptions,
  ): APIPromise<AliasProtection> {
    return this.http.send<AliasProtection>({
      method: 'PUT',
      url: url`/v1/namespaces/${namespace}/protected-aliases/${alias}/rules/${policy}`,
      body,
      options,
    });
  }

  /** Withdraw the consent for a labelling rule to move a protected alias of a namespace. */
  withdraw(namespace: string, alias: string, policy: string, options?: ConditionalOptions): APIPromise<void> {
    return this.http.send<void>({
      method: 'DELETE',
      url: url`/v1/namespaces/${namespace}/protected-aliases/${alias}/rules/${policy}`,
      options,
    });
  }
}
