import type { PolicyDocument } from '@modelbox/domain';
import { LIMIT_DEFAULT, type PolicyPreview } from '@modelbox/schema';
import { HttpProblem, invalid } from '../http/problem.ts';
import type { Verb } from '../http/verb.ts';
import type { Located } from '../objects/located.ts';
import { previewRetention } from '../retention/preview.ts';
import { policyFaults } from './check.ts';
import { previewLabels } from './preview-labels.ts';
import { previewPromotions } from './preview-promotions.ts';
import { ownerOf } from './read.ts';
import { readOnly, readRows } from './snapshot.ts';

/** What the policy of a model, or a draft of it, would do now. */
export const previewModelPolicy: Verb<'models.policy.preview'> = async (
  ctx,
  { body, query, touched: { owner, ...datasets } },
) => {
  const limit = query.limit ?? LIMIT_DEFAULT;
  const draft: PolicyDocument | undefined = body.policy;
  const answer = await readOnly(
    ctx,
    owner.id,
    async (session): Promise<Omit<PolicyPreview, 'retain'>> => {
      if (session === undefined) throw new HttpProblem('not_found', `The model ${owner.name} is deleted.`);
      if (draft) demandDraft(owner, draft, datasets);
      return {
        label: await previewLabels(session, limit),
        promote: await previewPromotions(session, limit),
      };
    },
    draft,
  );
  const retain = await readRows(ctx, (sql) =>
    previewRetention(ctx, sql, retentionOwner(owner), limit, draft),
  );
  return { status: 200, body: { ...answer, retain } satisfies PolicyPreview };
};

/** What the policy of a namespace, or a draft of it, would do now with the checkpoints below it. */
export const previewNamespacePolicy: Verb<'namespaces.policy.preview'> = async (
  ctx,
  { body, query, touched: { owner, ...datasets } },
) => {
  const draft: PolicyDocument | undefined = body.policy;
  const retain = await readRows(ctx, async (sql) => {
    if (draft) demandDraft(owner, draft, datasets);
    return previewRetention(ctx, sql, retentionOwner(owner), query.limit ?? LIMIT_DEFAULT, draft);
  });
  const answer: PolicyPreview = { label: [], promote: [], retain };
  return { status: 200, body: answer };
};

const retentionOwner = (owner: Located) => ({
  ...ownerOf(owner),
  namespace: owner.namespace,
  namespaceId: owner.namespaceId,
});

function demandDraft(
  owner: Located,
  draft: PolicyDocument,
  datasets: Parameters<typeof policyFaults>[2],
): void {
  const faults = policyFaults(owner, draft, datasets);
  if (faults.length > 0)
    throw invalid(faults.map((fault) => ({ in: 'body', ...fault, pointer: `/policy${fault.pointer}` })));
}
