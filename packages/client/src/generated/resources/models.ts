// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, ConditionalOptions, WriteOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import { ModelsAliases } from './models-aliases.ts';
import { ModelsDecisions } from './models-decisions.ts';
import { ModelsEvaluations } from './models-evaluations.ts';
import { ModelsEvents } from './models-events.ts';
import { ModelsFiles } from './models-files.ts';
import { ModelsMetadata } from './models-metadata.ts';
import { ModelsMetrics } from './models-metrics.ts';
import { ModelsPolicy } from './models-policy.ts';
import { ModelsProposals } from './models-proposals.ts';
import { ModelsProtectedAliases } from './models-protected-aliases.ts';
import { ModelsVersions } from './models-versions.ts';
import type { Model, ModelCreate, ModelUpdate, ModelsGetQuery, ModelsListQuery } from '../schemas.ts';

/** Tasks to solve, with everything that their versions share. */
export class Models extends Resource {
  readonly aliases = new ModelsAliases(this.http);
  readonly decisions = new ModelsDecisions(this.http);
  readonly evaluations = new ModelsEvaluations(this.http);
  readonly events = new ModelsEvents(this.http);
  readonly files = new ModelsFiles(this.http);
  readonly metadata = new ModelsMetadata(this.http);
  readonly metrics = new ModelsMetrics(this.http);
  readonly policy = new ModelsPolicy(this.http);
  readonly proposals = new ModelsProposals(this.http);
  readonly protectedAliases = new ModelsProtectedAliases(this.http);
  readonly versions = new ModelsVersions(this.http);

  /**
   * Create a model.
   *
   * If the model exists, it is returned unchanged with 200, so pipelines can restart.
   */
  create(body: ModelCreate, options?: WriteOptions): APIPromise<Model> {
    return this.http.send<Model>({ method: 'POST', url: '/v1/models', body, options });
  }

  /** List models. */
  list(query?: ModelsListQuery, options?: CallOptions): PagePromise<Model> {
    return this.http.list<Model>({ url: '/v1/models', query, options });
  }

  /** Read a model. */
  get(model: string, query?: ModelsGetQuery, options?: CallOptions): APIPromise<Model> {
    return this.http.send<Model>({ method: 'GET', url: url`/v1/models/${model}`, query, options });
  }

  /** Update a model by JSON merge patch. */
  update(model: string, body: ModelUpdate, options?: ConditionalOptions): APIPromise<Model> {
    return this.http.send<Model>({ method: 'PATCH', url: url`/v1/models/${model}`, body, options });
  }

  /**
   * Soft-delete a model; it can be restored within the grace time.
   *
   * Its versions are deleted and restored with it.
   */
  delete(model: string, options?: ConditionalOptions): APIPromise<void> {
    return this.http.send<void>({ method: 'DELETE', url: url`/v1/models/${model}`, options });
  }

  /** Restore a deleted model. */
  restore(model: string, options?: ConditionalOptions): APIPromise<Model> {
    return this.http.send<Model>({ method: 'POST', url: url`/v1/models/${model}/restore`, options });
  }
}
