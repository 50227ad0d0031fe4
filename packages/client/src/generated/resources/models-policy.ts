// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, ConditionalOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type {
  Backtest,
  BacktestRequest,
  ModelsPolicyHistoryQuery,
  ModelsPolicyPreviewQuery,
  Policy,
  PolicyDocument,
  PolicyEdit,
  PolicyPreview,
  PreviewRequest,
} from '../schemas.ts';

/** The policy of models. */
export class ModelsPolicy extends Resource {
  /** Read the policy of a model, and the effective policy. */
  get(model: string, options?: CallOptions): APIPromise<Policy> {
    return this.http.send<Policy>({ method: 'GET', url: url`/v1/models/${model}/policy`, options });
  }

  /**
   * Set the policy of a model.
   *
   * Replaces the whole policy; its history keeps earlier edits. With `{}`, the policies of the namespaces
   * above apply. The ETag of a policy that was never set is `"0"`.
   */
  set(model: string, body: PolicyDocument, options?: ConditionalOptions): APIPromise<Policy> {
    return this.http.send<Policy>({ method: 'PUT', url: url`/v1/models/${model}/policy`, body, options });
  }

  /** List the edits of the policy of a model, newest first. */
  history(model: string, query?: ModelsPolicyHistoryQuery, options?: CallOptions): PagePromise<PolicyEdit> {
    return this.http.list<PolicyEdit>({ url: url`/v1/models/${model}/policy/history`, query, options });
  }

  /** Backtest a labelling rule over the history of a model. */
  backtest(model: string, body: BacktestRequest, options?: CallOptions): APIPromise<Backtest> {
    return this.http.send<Backtest>({
      method: 'POST',
      url: url`/v1/models/${model}/policy/backtest`,
      body,
      options,
    });
  }

  /** Preview the effects of a policy of a model. */
  preview(
    model: string,
    body?: PreviewRequest,
    query?: ModelsPolicyPreviewQuery,
    options?: CallOptions,
  ): APIPromise<PolicyPreview> {
    return this.http.send<PolicyPreview>({
      method: 'POST',
      url: url`/v1/models/${model}/policy/preview`,
      query,
      body,
      options,
    });
  }
}
