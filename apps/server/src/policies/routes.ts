import type { Serve } from '../http/verb.ts';
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
