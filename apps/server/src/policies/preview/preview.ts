import type { Sql } from '@modelbox/db';
import { POLICY_SECTIONS, type PolicyDocument, type PolicySection } from '@modelbox/domain';
import { LIMIT_DEFAULT, type PolicyPreview } from '@modelbox/schema';
import { Few } from '../../core/lists/few.ts';
import { effectiveOf } from '../../core/policy-owners/owner-chain.ts';
import type { RequestContext } from '../../protocol/context.ts';
import type { Located } from '../../protocol/located.ts';
import { HttpProblem, invalid } from '../../protocol/problem.ts';
import type { Verb } from '../../protocol/verb.ts';
import { protectedRulesOf, waitingOf } from '../../resources/protected-aliases/protected-rules.ts';
import { policyFaults } from '../documents/check.ts';
import { ownerOf } from '../documents/read.ts';
import { readOnly, readRows } from '../engine/snapshot.ts';
import { untrustedValues } from '../engine/untrusted.ts';
import { suspensionsOf } from '../owners/suspensions.ts';
import { previewRetention } from '../retention/preview.ts';
import { policyWarnings } from '../warnings/warnings.ts';
import { previewLabels } from './preview-labels.ts';
import { previewPromotions } from './preview-promotions.ts';

/** Previews what the policy of a model, or a draft of it, would do now. */
export const previewModelPolicy: Verb<'models.policy.preview'> = async (
  ctx,
  { body, query, touched: { owner, ...datasets } },
) => {
  const limit = query.limit ?? LIMIT_DEFAULT;
  const draft: PolicyDocument | undefined = body.policy;
  const answer = await readOnly(
    ctx,
    owner.id,
    async (session): Promise<Pick<PolicyPreview, 'label' | 'promote' | 'truncated' | 'untrusted'>> => {
      if (session === undefined) throw new HttpProblem('not_found', `The model ${owner.name} is deleted.`);
      if (draft) demandDraft(ctx, owner, draft, datasets);
      const label = new Few<PolicyPreview['label'][number]>(limit, ctx.settings.pageBytes);
      const promote = new Few<PolicyPreview['promote'][number]>(limit, ctx.settings.pageBytes);
      await previewLabels(session, label);
      await previewPromotions(session, promote);
      return {
        label: label.items,
        promote: promote.items,
        truncated: { label: label.isTruncated, promote: promote.isTruncated },
        untrusted: await untrustedValues(session, limit),
      };
    },
    draft,
  );
  const compared = await readRows(ctx.db.requests, (sql) => compare(ctx, sql, owner, limit, draft));
  return { status: 200, body: { ...answer, ...compared } satisfies PolicyPreview };
};

/** Previews what the policy of a namespace, or a draft of it, would do now with the checkpoints below it. */
export const previewNamespacePolicy: Verb<'namespaces.policy.preview'> = async (
  ctx,
  { body, query, touched: { owner, ...datasets } },
) => {
  const draft: PolicyDocument | undefined = body.policy;
  const compared = await readRows(ctx.db.requests, async (sql) => {
    if (draft) demandDraft(ctx, owner, draft, datasets);
    return compare(ctx, sql, owner, query.limit ?? LIMIT_DEFAULT, draft);
  });
  const answer: PolicyPreview = {
    label: [],
    promote: [],
    truncated: { label: false, promote: false },
    ...compared,
  };
  return { status: 200, body: answer };
};

const SECTIONS: Readonly<Record<'model' | 'namespace', readonly PolicySection[]>> = {
  model: ['label', 'promote', 'retainVersions'],
  namespace: POLICY_SECTIONS,
};

/** Computes the retention, suspensions, waiting rules and warnings of a preview. */
async function compare(
  ctx: RequestContext,
  sql: Sql,
  located: Located,
  limit: number,
  draft: PolicyDocument | undefined,
): Promise<Pick<PolicyPreview, 'retain' | 'suspended' | 'waiting' | 'warnings'>> {
  const { namespace, namespaceId } = located;
  const owner = { ...ownerOf(located), namespace, namespaceId };
  const effective = await effectiveOf(sql, owner, draft);
  return {
    retain: await previewRetention(ctx, sql, owner, limit, draft),
    suspended: Object.entries(await suspensionsOf(ctx, sql, effective, SECTIONS[owner.kind])).map(
      ([section, words]) => ({
        section,
        words,
      }),
    ),
    waiting: waitingOf(await protectedRulesOf(sql, owner, effective, draft)),
    warnings: await policyWarnings(sql, owner, effective),
  };
}

function demandDraft(
  ctx: RequestContext,
  owner: Located,
  draft: PolicyDocument,
  datasets: Parameters<typeof policyFaults>[3],
): void {
  const faults = policyFaults(ctx, owner, draft, datasets);
  if (faults.length > 0)
    throw invalid(faults.map((fault) => ({ in: 'body', ...fault, pointer: `/policy${fault.pointer}` })));
}
