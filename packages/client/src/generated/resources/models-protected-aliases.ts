// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, ConditionalOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import { ModelsProtectedAliasesRules } from './models-protected-aliases-rules.ts';
import type { AliasProtection, AliasProtectionPut, ModelsProtectedAliasesListQuery } from '../schemas.ts';

/** The protectedAliases of models. */
export class ModelsProtectedAliases extends Resource {
  readonly rules = new ModelsProtectedAliasesRules(this.http);

  /** List the protected aliases of a model, inherited ones included. */
  list(
    model: string,
    query?: ModelsProtectedAliasesListQuery,
    options?: CallOptions,
  ): PagePromise<AliasProtection> {
    return this.http.list<AliasProtection>({
      url: url`/v1/models/${model}/protected-aliases`,
      query,
      options,
    });
  }

  /** Protect an alias of a model. */
  set(
    model: string,
    alias: string,
    body: AliasProtectionPut,
    options?: ConditionalOptions,
  ): APIPromise<AliasProtection> {
    return this.http.send<AliasProtection>({
      method: 'PUT',
      url: url`/v1/models/${model}/protected-aliases/${alias}`,
      body,
      options,
    });
  }

  /** Remove the protection of an alias of a model. */
  delete(model: string, alias: string, options?: WriteOptions): APIPromise<void> {
    return this.http.send<void>({
      method: 'DELETE',
      url: url`/v1/models/${model}/protected-aliases/${alias}`,
      options,
    });
  }

  /** Read the protection of an alias of a model. */
  get(model: string, alias: string, options?: CallOptions): APIPromise<AliasProtection> {
    return this.http.send<AliasProtection>({
      method: 'GET',
      url: url`/v1/models/${model}/protected-aliases/${alias}`,
      options,
    });
  }
}
