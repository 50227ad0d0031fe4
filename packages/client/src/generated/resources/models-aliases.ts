// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type {
  Alias,
  AliasMove,
  AliasPut,
  AliasRollback,
  Explanation,
  ModelsAliasesDeleteQuery,
  ModelsAliasesHistoryQuery,
  ModelsAliasesListQuery,
} from '../schemas.ts';

/** The aliases of models. */
export class ModelsAliases extends Resource {
  /** List the aliases of a model, by name. */
  list(model: string, query?: ModelsAliasesListQuery, options?: CallOptions): PagePromise<Alias> {
    return this.http.list<Alias>({ url: url`/v1/models/${model}/aliases`, query, options });
  }

  /** Set an alias on a ready version, atomically moving it from its holder. */
  set(model: string, alias: string, body: AliasPut, options?: WriteOptions): APIPromise<Alias> {
    return this.http.send<Alias>({
      method: 'PUT',
      url: url`/v1/models/${model}/aliases/${alias}`,
      body,
      options,
    });
  }

  /** Read the holder of an alias. */
  get(model: string, alias: string, options?: CallOptions): APIPromise<Alias> {
    return this.http.send<Alias>({ method: 'GET', url: url`/v1/models/${model}/aliases/${alias}`, options });
  }

  /** Delete an alias; its history stays. */
  delete(
    model: string,
    alias: string,
    query?: ModelsAliasesDeleteQuery,
    options?: WriteOptions,
  ): APIPromise<void> {
    return this.http.send<void>({
      method: 'DELETE',
      url: url`/v1/models/${model}/aliases/${alias}`,
      query,
      options,
    });
  }

  /** List the moves of an alias, newest first. */
  history(
    model: string,
    alias: string,
    query?: ModelsAliasesHistoryQuery,
    options?: CallOptions,
  ): PagePromise<AliasMove> {
    return this.http.list<AliasMove>({
      url: url`/v1/models/${model}/aliases/${alias}/history`,
      query,
      options,
    });
  }

  /**
   * Move an alias back to its previous holder.
   *
   * Each further call goes one more step back in the history.
   */
  rollback(model: string, alias: string, body?: AliasRollback, options?: WriteOptions): APIPromise<Alias> {
    return this.http.send<Alias>({
      method: 'POST',
      url: url`/v1/models/${model}/aliases/${alias}/rollback`,
      body,
      options,
    });
  }

  /** Explain why a version holds or does not hold an alias. */
  explain(model: string, alias: string, version: string, options?: CallOptions): APIPromise<Explanation> {
    return this.http.send<Explanation>({
      method: 'GET',
      url: url`/v1/models/${model}/aliases/${alias}/explain`,
      query: { version },
      options,
    });
  }
}
