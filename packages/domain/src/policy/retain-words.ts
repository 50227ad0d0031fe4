import type { KeepClause, RetainRule } from './document.ts';
import { metricWords } from './facts.ts';
import { type AskedName, isMark, nameWords } from './names.ts';
import { defaultPer, type Per, type Protection, type RetentionVerdict, type Undecided } from './retain.ts';

/** A retention rule and its scope. */
export interface RetainScope {
  readonly kind: 'version' | 'checkpoint';
  readonly rule: RetainRule;
}

/** Explains why an object stays or is removed: `v3 stays: it is among the latest 2.` Depends only on the verdict. */
export function retentionWords(object: string, verdict: RetentionVerdict, scope: RetainScope): string {
  const { remove, keptBy, undecided, protectedBy } = verdict;
  if (remove) {
    const what = scope.rule.remove === 'files' ? 'loses its stored files' : 'goes';
    return `${object} ${what}: no clause keeps it.`;
  }
  const reasons = [
    ...keptBy.map((clauseIndex) => {
      const blind = undecided.find((each) => each.clauseIndex === clauseIndex);
      return blind ? undecidedReason(scope, blind) : clauseWords(scope.rule.keep[clauseIndex]);
    }),
    ...protectedBy.map((each) => PROTECTION_WORDS[each]),
  ];
  return `${object} stays: ${reasons.join('; ') || 'it has no stored files that could go'}.`;
}

const PROTECTION_WORDS: Readonly<Record<Protection, string>> = {
  alias: 'it holds an alias',
  previousHolder: 'a rollback of an alias would go back to it',
  hold: 'it is on hold',
  lineage: 'a version or an experiment was made from it',
  newestOfRunning: 'it is the newest checkpoint of a running experiment',
  pending: 'it is not ready',
  restored: 'a person restored it after the last edit of the policy',
};

function clauseWords(clause: KeepClause | undefined): string {
  if (clause?.best !== undefined)
    return `it is among the best ${clause.best} by ${metricWords({ ...clause, metric: clause.metric ?? '' })}`;
  if (clause?.latest !== undefined) return `it is among the latest ${clause.latest}`;
  if (clause?.everyEpoch !== undefined) return `its epoch is a multiple of ${clause.everyEpoch}`;
  if (clause?.youngerThan !== undefined) return `it is younger than ${clause.youngerThan}`;
  return `it meets the filter: ${clause?.filter}`;
}

function undecidedReason(
  scope: RetainScope,
  { clauseIndex, name }: RetentionVerdict['undecided'][number],
): string {
  const where = perOf(scope, clauseIndex, name) === 'experiment' ? ' of its experiment' : '';
  return `no ${scope.kind}${where} has ${nameWords(name)}, so keep[${clauseIndex}] keeps them all`;
}

/**
 * Example: `no checkpoint of 2 of 3 experiments has the metric val_acc, so keep[0] keeps every checkpoint there`.
 * @param noun the noun for scopes that the clause decides separately. Null: there is one scope.
 */
export function undecidedWords(
  scope: RetainScope,
  { clauseIndex, name, missing, of }: Undecided,
  noun: string | null = perOf(scope, clauseIndex, name) === 'all' ? null : 'experiment',
): string {
  const { kind } = scope;
  const [where, there] =
    noun === null
      ? ['', '']
      : missing === of
        ? [` of any ${noun}`, '']
        : [` of ${missing} of ${of} ${noun}s`, ' there'];
  return `no ${kind}${where} has ${nameWords(name)}, so keep[${clauseIndex}] keeps every ${kind}${there}`;
}

/** The scope in which a clause looks for a name. */
const perOf = ({ kind, rule }: RetainScope, clauseIndex: number, name: AskedName): Per =>
  isMark(name) ? 'all' : (rule.keep[clauseIndex]?.per ?? defaultPer(kind));
