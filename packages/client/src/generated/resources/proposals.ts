// Generated from the contract in packages/schema by `npm run generate`. Do not edit.

import type { APIPromise } from '../../core/api-promise.ts';
import type { CallOptions, WriteOptions } from '../../core/options.ts';
import { Resource } from '../../core/resource.ts';
import { url } from '../../core/url.ts';
import type { Proposal, ProposalDecision } from '../schemas.ts';

/** The proposals. */
export class Proposals extends Resource {
  /** Read a proposal. */
  get(proposal: string, options?: CallOptions): APIPromise<Proposal> {
    return this.http.send<Proposal>({ method: 'GET', url: url`/v1/proposals/${proposal}`, options });
  }

  /**
   * Approve a proposal.
   *
   * Carries out the proposal. An approved proposal is returned unchanged; a closed one returns 409. If a
   * protection requires several approvals, the proposal stays open until the last. 403 if the caller wrote
   * the rule or changed the version.
   */
  approve(proposal: string, body?: ProposalDecision, options?: WriteOptions): APIPromise<Proposal> {
    return this.http.send<Proposal>({
      method: 'POST',
      url: url`/v1/proposals/${proposal}/approve`,
      body,
      options,
    });
  }

  /**
   * Reject a proposal.
   *
   * The rule does not repeat the proposal until the facts of the version or the policy change.
   */
  reject(proposal: string, body?: ProposalDecision, options?: WriteOptions): APIPromise<Proposal> {
    return this.http.send<Proposal>({
      method: 'POST',
      url: url`/v1/proposals/${proposal}/reject`,
      body,
      options,
    });
  }
}
