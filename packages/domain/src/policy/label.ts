import { evaluateFilter, type Filter } from '../filter/index.ts';
import { amountOf, isBetter, isWorse } from './better.ts';
import { betterWords, boundWords, notWorseWords } from './comparison-words.ts';
import type { LabelRule, NotWorse } from './document.ts';
import { durationOf } from './duration.ts';
import { measuredValue, metricWords, own, type VersionFacts, valueJson } from './facts.ts';

/** What one clause of a rule says. */
export interface ClauseVerdict {
  readonly clause: string;
  readonly holds: boolean;
  /** In plain English. */
  readonly words: string;
  /** What it was decided by; JSON as it is. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A clause with its inputs beside its other members. */
export type Clause = Omit<ClauseVerdict, 'inputs'> & Readonly<Record<string, unknown>>;

/** Puts the inputs apart, and says what comes of all. */
export function verdictOf(clauses: readonly Clause[], dueAt: Date | null): Verdict {
  return {
    holds: clauses.every(({ holds }) => holds),
    clauses: clauses.map(({ clause, holds, words, ...inputs }) => ({ clause, holds, words, inputs })),
    dueAt,
  };
}

/** The verdict with one clause more. */
export const withClause = (verdict: Verdict, added: Omit<ClauseVerdict, 'inputs'>): Verdict => ({
  ...verdict,
  holds: verdict.holds && added.holds,
  clauses: [...verdict.clauses, { ...added, inputs: {} }],
});

export interface Verdict {
  /** Whether all clauses hold. */
  readonly holds: boolean;
  readonly clauses: readonly ClauseVerdict[];
  /** When a clause that does not hold will, if nothing else changes. */
  readonly dueAt: Date | null;
}

/** What a labelling rule is asked about. */
export interface LabelQuestion {
  readonly rule: LabelRule;
  /** The rule's filter, parsed; null where it has none. */
  readonly filter: Filter | null;
  readonly candidate: VersionFacts;
  /** Who has the alias now. A tag has no holder. */
  readonly holder: VersionFacts | null;
  /** Of the other ready versions the best by the rule's metric, for `than: 'any'`. */
  readonly best: VersionFacts | null;
  /** The datasets that each version must be evaluated on. */
  readonly evaluate: readonly string[];
  /** Why the rule must not act, though all else holds: a person undid it. */
  readonly undone: string | null;
  readonly now: Date;
}

/** Whether a version is to have the rule's alias or tag. Pure: the same facts give the same verdict. */
export function labelVerdict(question: LabelQuestion): Verdict {
  const { rule, candidate, undone } = question;
  const age = ageClause(question);
  const clauses: Clause[] = [
    {
      clause: 'ready',
      holds: candidate.isReady && !candidate.isDeleted,
      words: candidate.isDeleted ? 'it is deleted' : candidate.isReady ? 'it is ready' : 'it is pending',
    },
    betterClause(question),
    ...(rule.notWorse ?? []).map((other, index) => notWorseClause(question, other, index)),
    ...filterClause(question),
    ...(rule.files ?? []).map((file, index) => fileClause(candidate, file, index)),
    ...evaluatedClause(question),
    ...(age ? [age.verdict] : []),
    ...(undone === null ? [] : [{ clause: 'undone', holds: false, words: undone }]),
  ];
  return verdictOf(clauses, age?.dueAt ?? null);
}

function betterClause(question: LabelQuestion): Clause {
  const { rule, candidate, holder, best } = question;
  const value = measuredValue(candidate.object, rule);
  const { direction, margin } = rule;
  const than = rule.than ?? 'holder';
  const what = metricWords(rule);
  const base = {
    clause: 'better',
    metric: rule.metric,
    dataset: rule.dataset ?? null,
    direction,
    value: valueJson(value),
  };
  if (value === null || Number.isNaN(value)) {
    const words = value === null ? `it has no ${what}` : `its ${what} is not a number`;
    return { ...base, holds: false, words };
  }
  if (typeof than === 'number') return { ...base, ...boundVerdict(question, value, than) };
  const opponent = than === 'any' ? best : holder;
  if (opponent === null || opponent.id === candidate.id) {
    const words = opponent
      ? 'it is the holder'
      : than === 'any'
        ? `no other version has ${what}`
        : 'there is no holder';
    return { ...base, holds: true, opponent: null, opponentValue: null, words };
  }
  const other = measuredValue(opponent.object, rule);
  const holds = isBetter(value, other, direction, margin);
  const inputs = {
    opponent: opponent.version,
    opponentValue: valueJson(other),
    by: other === null ? null : valueJson(direction === 'max' ? value - other : other - value),
    needed: valueJson(amountOf(margin, other ?? 0)),
  };
  const compared = { what, value, other: opponent.version, otherValue: other, by: margin };
  return { ...base, ...inputs, holds, words: betterWords(holds, compared) };
}

/** Better than a fixed bound; and of two versions that are the later one counts. */
function boundVerdict(
  { rule, candidate, holder }: LabelQuestion,
  value: number,
  bound: number,
): { bound: number; holds: boolean; holder: string | null; words: string } {
  const { direction, margin } = rule;
  const passes = isBetter(value, bound, direction, margin);
  const words = boundWords(passes, { what: metricWords(rule), value, bound, by: margin });
  if (!passes || !holder || holder.id === candidate.id)
    return { bound, holds: passes, holder: holder?.version ?? null, words };
  if (!isBetter(measuredValue(holder.object, rule), bound, direction, margin))
    return {
      bound,
      holds: true,
      holder: holder.version,
      words: `${words}, and that of ${holder.version} is not any more`,
    };
  const holds = isNewer(candidate, holder);
  const which = holds
    ? `, and it is newer than ${holder.version}`
    : `, but so is that of the newer ${holder.version}`;
  return { bound, holds, holder: holder.version, words: `${words}${which}` };
}

export const isNewer = (a: VersionFacts, b: VersionFacts): boolean => a.order > b.order;

function notWorseClause({ candidate, holder }: LabelQuestion, other: NotWorse, index: number): Clause {
  const value = measuredValue(candidate.object, other);
  const rival = holder?.id === candidate.id ? null : holder;
  const theirs = rival && measuredValue(rival.object, other);
  const holds = !isWorse(value, theirs, other.direction, other.tolerance);
  const what = metricWords(other);
  const words =
    rival === null
      ? `there is no ${holder ? 'other ' : ''}holder that could be better in ${what}`
      : notWorseWords(holds, {
          what,
          value,
          other: rival.version,
          otherValue: theirs,
          by: other.tolerance,
        });
  return {
    clause: `notWorse[${index}]`,
    holds,
    metric: other.metric,
    dataset: other.dataset ?? null,
    direction: other.direction,
    value: valueJson(value),
    holder: holder?.version ?? null,
    holderValue: valueJson(theirs),
    words,
  };
}

function filterClause({ rule, filter, candidate }: LabelQuestion): Clause[] {
  if (filter === null) return [];
  const truth = evaluateFilter(filter, candidate.object);
  const words =
    truth === null
      ? `a value that the filter asks for is missing: ${rule.filter}`
      : `it ${truth ? 'meets' : 'does not meet'} the filter: ${rule.filter}`;
  return [{ clause: 'filter', holds: truth === true, truth, words }];
}

function fileClause(
  { files }: VersionFacts,
  { role, path }: { readonly role?: string | undefined; readonly path?: string | undefined },
  index: number,
): Clause {
  const holds = files.some((file) => (path === undefined ? file.role === role : file.path === path));
  const which = path === undefined ? `with the role ${role}` : path;
  return { clause: `files[${index}]`, holds, words: `it has ${holds ? 'the' : 'no'} file ${which}` };
}

function evaluatedClause({ rule, evaluate, candidate }: LabelQuestion): Clause[] {
  if (rule.evaluated === false || evaluate.length === 0) return [];
  const coverage = Object.fromEntries(
    evaluate.map((dataset) => [dataset, own(candidate.coverage, dataset) ?? 'missing']),
  );
  const owed = evaluate.filter((dataset) => coverage[dataset] !== 'done');
  const words =
    owed.length === 0
      ? 'it was evaluated on all datasets that it must be evaluated on'
      : `it still has to be evaluated on ${owed.map((dataset) => (coverage[dataset] === 'stale' ? `${dataset} (changed since)` : dataset)).join(', ')}`;
  return [{ clause: 'evaluated', holds: owed.length === 0, coverage, words }];
}

function ageClause({ rule, candidate, now }: LabelQuestion): { verdict: Clause; dueAt: Date | null } | null {
  if (rule.minAge === undefined) return null;
  const since = candidate.readyAt;
  const due = since === null ? null : new Date(since.getTime() + durationOf(rule.minAge));
  const holds = due !== null && now >= due;
  const words = holds
    ? `it has been ready for ${rule.minAge}`
    : due === null
      ? 'it is not ready yet'
      : `it has not been ready for ${rule.minAge} yet: that is at ${due.toISOString()}`;
  return {
    verdict: { clause: 'minAge', holds, dueAt: due?.toISOString() ?? null, words },
    dueAt: holds ? null : due,
  };
}
