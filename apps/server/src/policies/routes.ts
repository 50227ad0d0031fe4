import { getObject } from '../core/objects/get.ts';
import type { Serve } from '../protocol/verb.ts';
import { explainAlias } from './documents/explain.ts';
import { policyHistory } from './documents/history.ts';
import { modelDecisions, namespaceDecisions, objectDecisions } from './documents/list-decisions.ts';
import { getPolicy } from './documents/read.ts';
import { setPolicy } from './documents/set.ts';
import { listEvaluations } from './evaluations/evaluations.ts';
import { deleteHold, setHold } from './holds/hold.ts';
import { backtestPolicy } from './preview/backtest.ts';
import { previewModelPolicy, previewNamespacePolicy } from './preview/preview.ts';
import { approveProposal, rejectProposal } from './proposals/decide-proposal.ts';
import { listProposals } from './proposals/proposals.ts';

export function policyRoutes(serve: Serve): void {
  serve('models.policy.get', getPolicy);
  serve('models.policy.set', setPolicy);
  serve('models.policy.history', policyHistory);
  serve('namespaces.policy.get', getPolicy);
  serve('namespaces.policy.set', setPolicy);
  serve('namespaces.policy.history', policyHistory);
  serve('models.evaluations.list', listEvaluations);
  serve('models.decisions.list', modelDecisions);
  serve('versions.decisions.list', objectDecisions);
  serve('checkpoints.decisions.list', objectDecisions);
  serve('namespaces.decisions.list', namespaceDecisions);
  serve('models.aliases.explain', explainAlias);
  serve('models.policy.backtest', backtestPolicy);
  serve('models.policy.preview', previewModelPolicy);
  serve('namespaces.policy.preview', previewNamespacePolicy);
  for (const kind of ['versions', 'checkpoints'] as const) {
    serve(`${kind}.hold.set`, setHold);
    serve(`${kind}.hold.delete`, deleteHold);
  }
  serve('models.proposals.list', listProposals);
  serve('proposals.get', (c, { touched }) => getObject(c, 'proposal', touched.proposal));
  serve('proposals.approve', approveProposal);
  serve('proposals.reject', rejectProposal);
}
