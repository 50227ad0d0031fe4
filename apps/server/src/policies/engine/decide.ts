import type { LabelRule } from '@modelbox/domain';
import { act } from './act.ts';
import { candidates, nextBirthday } from './candidates.ts';
import { versionFacts } from './facts.ts';
import { type Judged, judge, lockHolder, lockVersions } from './label.ts';
import { lookAgain } from './look-again.ts';
import { type Session, trustOf } from './session.ts';

const TAGS_AT_ONCE = 200;

/** Evaluates every labelling rule for a version whose facts changed. */
export async function decideVersion(session: Session, versionId: string): Promise<void> {
  await lockVersions(session, [versionId]);
  for (const rule of session.policy.document.label ?? []) {
    const holder = await lockHolder(session, rule);
    await decide(session, rule, versionId, holder?.id ?? null);
    // If the facts of the holder changed, or the best version may have, any version may now be better.
    if (holder?.id === versionId || (rule.than === 'any' && rule.alias !== undefined))
      await reconsider(session, rule);
  }
}

/** Evaluates every labelling rule for all versions. Returns false if work is left for another transaction. */
export async function decideAll(session: Session): Promise<boolean> {
  let isDone = true;
  for (const rule of session.policy.document.label ?? []) {
    if (rule.alias === undefined) isDone = (await tagAll(session, rule)) && isDone;
    else await reconsider(session, rule);
  }
  return isDone;
}

interface Decided {
  readonly judged: Judged;
  readonly acted: boolean;
}

async function decide(
  session: Session,
  rule: LabelRule,
  versionId: string,
  holderId: string | null,
): Promise<Decided | undefined> {
  if (holderId !== null && holderId !== versionId) await lockVersions(session, [holderId]);
  const judged = await judge(session, rule, versionId, holderId);
  return judged && { judged, acted: await act(session, judged) };
}

/**
 * Moves the alias to preferred versions until the rule prefers no other. It terminates, because each move goes to a
 * strictly better value or to a newer version.
 */
async function reconsider(session: Session, rule: LabelRule): Promise<void> {
  for (let moved = true; moved; ) {
    moved = false;
    const holder = await lockHolder(session, rule);
    const facts =
      holder && (await versionFacts(session.sql, [holder.id], trustOf(session, rule))).get(holder.id);
    for await (const versionId of candidates(session, rule, facts ?? null)) {
      await lockVersions(session, [versionId]);
      const decided = await decide(session, rule, versionId, holder?.id ?? null);
      // A proposal, or a rule that waits for an admin, needs a person now.
      if (decided?.judged.isWaiting || (rule.mode === 'propose' && decided?.judged.verdict.passes)) break;
      moved = decided?.acted ?? false;
      if (moved) break;
    }
  }
  await waitForAge(session, rule);
}

/** Tags every version that passes. Returns false if versions are left for another transaction. */
async function tagAll(session: Session, rule: LabelRule): Promise<boolean> {
  // All candidates are read first, because each new tag would shift the offset of the following pages.
  const found = await Array.fromAsync(candidates(session, rule, null));
  let acted = 0;
  for (const [index, versionId] of found.entries()) {
    await lockVersions(session, [versionId]);
    const decided = await decide(session, rule, versionId, null);
    acted += decided?.acted ? 1 : 0;
    if (acted === TAGS_AT_ONCE && index < found.length - 1) return false;
  }
  await waitForAge(session, rule);
  return true;
}

/** Schedules another evaluation for when the next version reaches the minimum age. */
async function waitForAge(session: Session, rule: LabelRule): Promise<void> {
  const due = rule.minAge === undefined ? null : await nextBirthday(session, rule.minAge);
  if (due !== null) await lookAgain(session, 'model', session.model.id, due);
}
