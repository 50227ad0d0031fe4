import type { FastifyInstance } from 'fastify';
import type { Context } from '../context.ts';
import { mount } from '../http/mount.ts';
import { getObject } from '../kinds/get.ts';
import { backtestPolicy } from './backtest.ts';
import { approveProposal, rejectProposal } from './decide-proposal.ts';
import { listEvaluations } from './evaluations.ts';
import { explainAlias } from './explain.ts';
import { policyHistory } from './history.ts';
import { deleteHold, setHold } from './hold.ts';
import { modelDecisions, namespaceDecisions, objectDecisions } from './list-decisions.ts';
import { previewModelPolicy, previewNamespacePolicy } from './preview.ts';
import { listProposals } from './proposals.ts';
import { getPolicy } from './read.ts';
import { setPolicy } from './set.ts';

export function policyRoutes(app: FastifyInstance, ctx: Context): void {
  mount(app, ctx, 'models.policy.get', getPolicy);
  mount(app, ctx, 'models.policy.set', setPolicy);
  mount(app, ctx, 'models.policy.history', policyHistory);
  mount(app, ctx, 'namespaces.policy.get', getPolicy);
  mount(app, ctx, 'namespaces.policy.set', setPolicy);
  mount(app, ctx, 'namespaces.policy.history', policyHistory);
  mount(app, ctx, 'models.evaluations.list', listEvaluations);
  mount(app, ctx, 'models.decisions.list', modelDecisions);
  mount(app, ctx, 'versions.decisions.list', objectDecisions);
  mount(app, ctx, 'checkpoints.decisions.list', objectDecisions);
  mount(app, ctx, 'namespaces.decisions.list', namespaceDecisions);
  mount(app, ctx, 'models.aliases.explain', explainAlias);
  mount(app, ctx, 'models.policy.backtest', backtestPolicy);
  mount(app, ctx, 'models.policy.preview', previewModelPolicy);
  mount(app, ctx, 'namespaces.policy.preview', previewNamespacePolicy);
  for (const kind of ['versions', 'checkpoints'] as const) {
    mount(app, ctx, `${kind}.hold.set`, setHold);
    mount(app, ctx, `${kind}.hold.delete`, deleteHold);
  }
  mount(app, ctx, 'models.proposals.list', listProposals);
  mount(app, ctx, 'proposals.get', (c, { touched }) => getObject(c, 'proposal', touched.proposal));
  mount(app, ctx, 'proposals.approve', approveProposal);
  mount(app, ctx, 'proposals.reject', rejectProposal);
}
