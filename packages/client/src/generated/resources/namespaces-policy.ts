// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, ConditionalOptions } from '../../core/options.ts';
import type { PagePromise } from '../../core/page-promise.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type {
  NamespacesPolicyHistoryQuery,
  NamespacesPolicyPreviewQuery,
  Policy,
  PolicyDocument,
  PolicyEdit,
  PolicyPreview,
  PreviewRequest,
} from '../schemas.ts';

/** The policy of namespaces. */
export class NamespacesPolicy extends Resource {
  /** Read the policy of a namespace, and the effective policy. */
  get(namespace: string, options?: CallOptions): APIPromise<Policy> {
    return this.http.send<Policy>({ method: 'GET', url: url`/v1/namespaces/${namespace}/policy`, options });
  }

  /**
   * Set the policy of a namespace.
   *
   * Replaces the whole policy; its history keeps earlier edits. With `{}`, the policies of the namespaces
   * above apply. The ETag of a policy that was never set is `"0"`.
   */
  set(namespace: string, body: PolicyDocument, options?: ConditionalOptions): APIPromise<Policy> {
    return this.http.send<Policy>({
      method: 'PUT',
      url: url`/v1/namespaces/${namespace}/policy`,
      body,
      options,
    });
  }

  /** List the edits of the policy of a namespace, newest first. */
  history(
    namespace: string,
    query?: NamespacesPolicyHistoryQuery,
    options?: CallOptions,
  ): PagePromise<PolicyEdit> {
    return this.http.list<PolicyEdit>({
      url: url`/v1/namespaces/${namespace}/policy/history`,
      query,
      options,
    });
  }

  /** Preview the effects of a policy of a namespace. */
  preview(
    namespace: string,
    body?: PreviewRequest,
    query?: NamespacesPolicyPreviewQuery,
    options?: CallOptions,
  ): APIPromise<PolicyPreview> {
    return this.http.send<PolicyPreview>({
      method: 'POST',
      url: url`/v1/namespaces/${namespace}/policy/preview`,
      query,
      body,
      options,
    });
  }
}
