import { type LabelRule, measuredValue } from '@modelbox/domain';
import { act } from './act.ts';
import { candidates } from './candidates.ts';
import { versionFacts } from './facts.ts';
import { holdVersions, judge, lockHolder } from './label.ts';
import type { Session } from './session.ts';

/** Versions that get a tag in one transaction at most. */
const TAGS_AT_ONCE = 200;

/** Asks every labelling rule about a version whose facts have changed. */
export async function decideVersion(session: Session, versionId: string): Promise<void> {
  await holdVersions(session, [versionId]);
  for (const rule of session.policy.document.label ?? []) {
    const holder = await lockHolder(session, rule);
    // What the holder is measured by has changed, or who is the best of all may have: any version may be better now.
    if (holder?.id === versionId || (rule.than === 'any' && rule.alias !== undefined)) {
      await decide(session, rule, versionId, holder?.id ?? null);
      await reconsider(session, rule);
    } else {
      await decide(session, rule, versionId, holder?.id ?? null);
    }
  }
}

/** Asks every labelling rule anew who of all versions it prefers. False where more is left to be done. */
export async function decideAll(session: Session): Promise<boolean> {
  let isDone = true;
  for (const rule of session.policy.document.label ?? []) {
    isDone = (await (rule.alias === undefined ? tagAll(session, rule) : reconsider(session, rule))) && isDone;
  }
  return isDone;
}

async function decide(
  session: Session,
  rule: LabelRule,
  versionId: string,
  holderId: string | null,
): Promise<boolean> {
  if (holderId !== null && holderId !== versionId) await holdVersions(session, [holderId]);
  const judged = await judge(session, rule, versionId, holderId);
  return judged !== undefined && act(session, judged);
}

/**
 * Gives the alias to whom the rule prefers, until nobody is left that it would put in the holder's place. Each move is to
 * a strictly better value, or a newer version, so that it ends.
 */
async function reconsider(session: Session, rule: LabelRule): Promise<true> {
  for (let moved = true; moved; ) {
    moved = false;
    const holder = await lockHolder(session, rule);
    const facts = holder && (await versionFacts(session.sql, [holder.id])).get(holder.id);
    const present = facts ? { id: facts.id, value: measuredValue(facts.object, rule) } : null;
    for await (const versionId of candidates(session, rule, present)) {
      await holdVersions(session, [versionId]);
      moved = await decide(session, rule, versionId, holder?.id ?? null);
      // Proposed, and not moved: the holder is as it was.
      if (moved) break;
    }
    if (rule.mode === 'propose') return true;
  }
  return true;
}

async function tagAll(session: Session, rule: LabelRule): Promise<boolean> {
  let tagged = 0;
  for await (const versionId of candidates(session, rule, null)) {
    await holdVersions(session, [versionId]);
    if (await decide(session, rule, versionId, null)) tagged += 1;
    if (tagged === TAGS_AT_ONCE) return false;
  }
  return true;
}
