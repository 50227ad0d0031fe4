// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, ConditionalOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type {
  AliasProtection,
  ModelsProtectedAliasesRulesListQuery,
  RuleConsent,
  RuleConsentPut,
} from '../schemas.ts';

/** The rules of models protectedAliases. */
export class ModelsProtectedAliasesRules extends Resource {
  /** List the labelling rules for a protected alias of a model, with their consents. */
  list(
    model: string,
    alias: string,
    query?: ModelsProtectedAliasesRulesListQuery,
    options?: CallOptions,
  ): PagePromise<RuleConsent> {
    return this.http.list<RuleConsent>({
      url: url`/v1/models/${model}/protected-aliases/${alias}/rules`,
      query,
      options,
    });
  }

  /**
   * Allow a labelling rule to move a protected alias of a model.
   *
   * The consent lasts until the rule, or the datasets on which it requires evaluations, change. 412 `stale`:
   * the rule has another digest.
   */
  allow(
    model: string,
    alias: string,
    policy: string,
    body: RuleConsentPut,
    options?: ConditionalOptions,
  ): APIPromise<AliasProtection> {
    return this.http.send<AliasProtection>({
      method: 'PUT',
      url: url`/v1/models/${model}/protected-aliases/${alias}/rules/${policy}`,
      body,
      options,
    });
  }

  /** Withdraw the consent for a labelling rule to move a protected alias of a model. */
  withdraw(model: string, alias: string, policy: string, options?: ConditionalOptions): APIPromise<void> {
    return this.http.send<void>({
      method: 'DELETE',
      url: url`/v1/models/${model}/protected-aliases/${alias}/rules/${policy}`,
      options,
    });
  }
}
