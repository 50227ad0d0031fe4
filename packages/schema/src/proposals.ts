import { z } from 'zod';
import { facts } from './facts.ts';
import { cursor, limit, page } from './lists.ts';
import { AliasName, Count, Tag, Timestamp, Uuid, VersionName } from './primitives.ts';
import { REFS } from './resources.ts';
import { route } from './route.ts';
import { hidden } from './views.ts';

export const ProposalState = z.enum(['open', 'approved', 'rejected', 'superseded']).meta({
  id: 'ProposalState',
  description:
    '`superseded`: the rule has proposed another version since, or this version no longer passes the ' +
    'rule.',
});

export const Proposal = z
  .object({
    id: Uuid,
    modelId: Uuid,
    rule: z.string(),
    alias: AliasName.nullable(),
    tag: Tag.nullable(),
    version: VersionName,
    versionId: Uuid,
    holder: VersionName.nullable().meta({
      description: 'The holder of the alias at the time of the proposal.',
    }),
    state: ProposalState,
    words: z.string().meta({ description: 'The reason for the proposal.' }),
    decisionId: z.string(),
    approvals: z
      .array(
        z
          .object({ by: z.string(), at: Timestamp, reason: z.string().nullable() })
          .meta({ id: 'Approval', description: 'An approval of a proposal.' }),
      )
      .meta({
        description:
          'For an alias protected by `proposal`, its approvals in order of time. New facts about the ' +
          'version withdraw them.',
      }),
    approvalsNeeded: Count.meta({ description: 'The required number of approvers.' }),
    decidedBy: z.string().nullable(),
    decidedAt: Timestamp.nullable(),
    reason: z.string().nullable(),
    createdAt: Timestamp,
    hidden,
  })
  .meta({ id: 'Proposal', description: 'An action that a rule proposes, for a person to decide.' });
export type Proposal = z.infer<typeof Proposal>;

const ProposalDecision = z
  .strictObject({
    reason: z
      .string()
      .max(2000)
      .nullable()
      .optional()
      .meta({ description: 'The reason. It is stored with the proposal.' }),
  })
  .meta({ id: 'ProposalDecision' });

const params = z.strictObject({ proposal: REFS.proposal });
const path = '/v1/proposals/{proposal}';
const tag = 'policies';
const decide = {
  proposal: { kind: 'proposal', at: 'params.proposal', permission: 'proposal.decide' },
} as const;

export const proposalRoutes = [
  route({
    id: 'models.proposals.list',
    method: 'GET',
    cost: 'variable',
    path: '/v1/models/{model}/proposals',
    tag,
    summary: 'List the proposals for a model, newest first',
    params: z.strictObject({ model: REFS.model }),
    query: z.strictObject({ state: ProposalState.optional(), limit, cursor }),
    answers: { 200: page('ProposalPage', Proposal) },
    subject: 'model',
    touches: {
      model: { kind: 'model', at: 'params.model', permission: 'policy.read' },
      ...facts('model', 'params.model'),
    },
  }),
  route({
    id: 'proposals.get',
    method: 'GET',
    cost: 'fixed',
    path,
    tag,
    summary: 'Read a proposal',
    params,
    answers: { 200: Proposal },
    subject: 'proposal',
    touches: {
      proposal: { kind: 'proposal', at: 'params.proposal', permission: 'policy.read' },
      ...facts('proposal', 'params.proposal'),
    },
  }),
  route({
    id: 'proposals.approve',
    method: 'POST',
    cost: 'fixed',
    path: `${path}/approve`,
    tag,
    summary: 'Approve a proposal',
    description:
      'Carries out the proposal. An approved proposal is returned unchanged; a closed one returns 409. ' +
      'If a protection requires several approvals, the proposal stays open until the last. 403 if the ' +
      'caller wrote the rule or changed the version.',
    params,
    body: ProposalDecision,
    bodyOptional: true,
    answers: { 200: Proposal },
    touches: decide,
  }),
  route({
    id: 'proposals.reject',
    method: 'POST',
    cost: 'fixed',
    path: `${path}/reject`,
    tag,
    summary: 'Reject a proposal',
    description: 'The rule does not repeat the proposal until the facts of the version or the policy change.',
    params,
    body: ProposalDecision,
    bodyOptional: true,
    answers: { 200: Proposal },
    touches: decide,
  }),
] as const;
