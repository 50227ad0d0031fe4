// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { AliasProtection, AliasProtectionPut, ModelsProtectedAliasesListQuery } from '../schemas.ts';

/** The protectedAliases of models. */
export class ModelsProtectedAliases extends Resource {
  /** List who may move which alias of a model, also by what stands above it. */
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

  /** Say who may move an alias of a model. */
  set(
    model: string,
    alias: string,
    body: AliasProtectionPut,
    options?: WriteOptions,
  ): APIPromise<AliasProtection> {
    return this.http.send<AliasProtection>({
      method: 'PUT',
      url: url`/v1/models/${model}/protected-aliases/${alias}`,
      body,
      options,
    });
  }

  /** Take the protection of an alias of a model away. */
  delete(model: string, alias: string, options?: WriteOptions): APIPromise<void> {
    return this.http.send<void>({
      method: 'DELETE',
      url: url`/v1/models/${model}/protected-aliases/${alias}`,
      options,
    });
  }
}
