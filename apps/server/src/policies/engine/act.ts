import { moveAlias } from '../../resources/aliases/move.ts';
import { addTag } from '../../resources/versions/add-tag.ts';
import { decisionOf, isHolder, type Judged, outcomeWords } from './label.ts';
import { lookAgain } from './look-again.ts';
import { propose, supersede } from './propose.ts';
import { protectedRuleOf, type Session } from './session.ts';

/** Applies a verdict of a rule, and stores the decision. Returns whether it changed anything. */
export async function act(session: Session, judged: Judged): Promise<boolean> {
  const { rule, verdict, candidate } = judged;
  if (isHolder(judged)) {
    await session.store([decisionOf(session, judged, 'holds')]);
    return false;
  }
  if (judged.isWaiting) {
    await session.store([decisionOf(session, judged, 'suspended')]);
    return false;
  }
  if (!verdict.passes) {
    await session.store([decisionOf(session, judged, 'no')]);
    // A rule in mode `auto` may have proposed the alias while the alias was protected.
    if (rule.mode === 'propose' || rule.alias !== undefined) await supersede(session, rule, candidate.id);
    if (verdict.dueAt) await lookAgain(session, 'version', candidate.id, verdict.dueAt);
    return false;
  }
  if (rule.mode === 'propose') return propose(session, judged);
  const outcome = rule.alias === undefined ? 'tagged' : 'moved';
  await session.store([decisionOf(session, judged, outcome)]);
  const { tx, ctx, model } = session;
  await (rule.alias === undefined
    ? addTag(tx, ctx, model, candidate, rule.tag ?? '')
    : giveAlias(session, judged));
  return true;
}

async function giveAlias(session: Session, judged: Judged): Promise<void> {
  const { tx, ctx, model } = session;
  const { rule, candidate, holder } = judged;
  const alias = rule.alias ?? '';
  const reason = outcomeWords(judged, 'moved');
  const digest = protectedRuleOf(session, rule)?.digest;
  const move = { model, alias, cause: 'rule', rule: digest, reason, expect: holder?.id ?? null } as const;
  await moveAlias(tx, ctx, move, { id: candidate.id, version: candidate.version });
  // Supersedes a proposal of any version from the time when a protection kept the rule from moving the alias.
  await supersede(session, rule);
}
