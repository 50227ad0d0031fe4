import { isBetter, type LabelRule, measuredValue, withClause } from '@modelbox/domain';
import { newId } from '../../core/names/ids.ts';
import { versionFacts } from './facts.ts';
import { decisionOf, type Judged, outcomeWords } from './label.ts';
import type { Session } from './session.ts';
import { writersOf } from './writers.ts';

/** Creates a proposal, which replaces a worse open one of the same rule. Returns false if no new proposal is needed. */
export async function propose(session: Session, judged: Judged): Promise<boolean> {
  const { tx, ctx, model } = session;
  const { rule, candidate, holder } = judged;
  // Several versions can have a tag, but only one can have an alias.
  const rivals = rule.alias === undefined ? { versionId: candidate.id } : {};
  const open = await tx.proposal.findFirst({
    where: { modelId: model.id, rule: rule.name, state: 'open', ...rivals },
  });
  if (open?.versionId === candidate.id) {
    await session.store([decisionOf(session, judged, 'holds')]);
    return false;
  }
  const rival = open && (await rivalOf(session, judged, open.versionId));
  if (rival) {
    const words = `${rival} is already proposed and is not worse`;
    const verdict = withClause(judged.verdict, { clause: 'proposal', passes: false, words });
    await session.store([decisionOf(session, { ...judged, verdict }, 'no')]);
    return false;
  }
  if (open)
    await tx.proposal.update({ where: { id: open.id }, data: { state: 'superseded', decidedAt: ctx.now() } });
  const [decisionId = '0'] = await session.store([decisionOf(session, judged, 'proposed')]);
  await tx.proposal.create({
    data: {
      id: newId(ctx),
      modelId: model.id,
      rule: rule.name,
      alias: rule.alias ?? null,
      tag: rule.tag ?? null,
      versionId: candidate.id,
      holder: holder?.version ?? null,
      state: 'open',
      words: outcomeWords(judged, 'proposed'),
      decisionId: BigInt(decisionId),
      createdAt: ctx.now(),
      writers: await writersOf(session.sql, session.policy, rule.name),
    },
  });
  return true;
}

/** Returns the version of an open proposal, or null if the candidate is better and replaces it. */
async function rivalOf(
  { sql }: Session,
  { rule, candidate }: Judged,
  versionId: string,
): Promise<string | null> {
  const open = (await versionFacts(sql, [versionId])).get(versionId);
  if (open === undefined || open.isDeleted) return null;
  const value = measuredValue(open.object, rule);
  return isBetter(measuredValue(candidate.object, rule), value, rule.direction) ? null : open.version;
}

/**
 * Supersedes an open proposal whose version no longer meets the rule.
 * @param versionId absent: a proposal of any version, because the rule moved the alias by itself.
 */
export async function supersede(
  { tx, ctx, model }: Session,
  rule: LabelRule,
  versionId?: string,
): Promise<void> {
  const about = versionId === undefined ? {} : { versionId };
  await tx.proposal.updateMany({
    where: { modelId: model.id, rule: rule.name, state: 'open', ...about },
    data: { state: 'superseded', decidedAt: ctx.now() },
  });
}
