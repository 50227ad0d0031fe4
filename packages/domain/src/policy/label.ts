import { evaluateFilter, type Filter } from '../filter/index.ts';
import { amountOf, isBetter, isWorse } from './better.ts';
import { betterWords, boundWords, notWorseWords } from './comparison-words.ts';
import type { LabelRule, NotWorse } from './document.ts';
import { durationOf } from './duration.ts';
import { measuredValue, metricWords, own, type VersionFacts, valueJson } from './facts.ts';

/** The result of one clause, as decisions store it and the API shows it: there the field is `holds`. */
export interface ClauseVerdict {
  readonly clause: string;
  readonly holds: boolean;
  /** In plain English. */
  readonly words: string;
  /** The facts behind the result, as JSON. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** The result of one clause, with its inputs beside its other members. */
export type Clause = {
  readonly clause: string;
  readonly passes: boolean;
  /** In plain English. */
  readonly words: string;
} & Readonly<Record<string, unknown>>;

/** Separates the inputs of each clause and combines the results. */
export function verdictOf(clauses: readonly Clause[], dueAt: Date | null): Verdict {
  return {
    passes: clauses.every(({ passes }) => passes),
    clauses: clauses.map(({ clause, passes, words, ...inputs }) => ({
      clause,
      holds: passes,
      words,
      inputs,
    })),
    dueAt,
  };
}

/** Adds a clause to a verdict. */
export const withClause = (
  verdict: Verdict,
  { clause, passes, words }: Pick<Clause, 'clause' | 'passes' | 'words'>,
): Verdict => ({
  ...verdict,
  passes: verdict.passes && passes,
  clauses: [...verdict.clauses, { clause, holds: passes, words, inputs: {} }],
});

export interface Verdict {
  /** Whether all clauses pass. */
  readonly passes: boolean;
  readonly clauses: readonly ClauseVerdict[];
  /** The time at which a failing clause passes, if nothing else changes. */
  readonly dueAt: Date | null;
}

/** The input of a labelling rule. */
export interface LabelQuestion {
  readonly rule: LabelRule;
  /** The parsed filter of the rule, or null. */
  readonly filter: Filter | null;
  readonly candidate: VersionFacts;
  /** The holder of the alias. A tag has no holder. */
  readonly holder: VersionFacts | null;
  /** For `than: 'any'`, the best of the other ready versions by the metric of the rule. */
  readonly best: VersionFacts | null;
  /** The datasets that require an evaluation of each version. */
  readonly evaluate: readonly string[];
  /** The reason why the rule must not act: a person undid its decision. */
  readonly undone: string | null;
  readonly now: Date;
}

/** Decides whether a version gets the alias or tag of a rule. Pure: equal facts give equal verdicts. */
export function labelVerdict(question: LabelQuestion): Verdict {
  const { rule, candidate, undone } = question;
  const age = ageClause(question);
  const clauses: Clause[] = [
    {
      clause: 'ready',
      passes: candidate.isReady && !candidate.isDeleted,
      words: candidate.isDeleted ? 'it is deleted' : candidate.isReady ? 'it is ready' : 'it is pending',
    },
    betterClause(question),
    ...(rule.notWorse ?? []).map((other, index) => notWorseClause(question, other, index)),
    ...filterClause(question),
    ...(rule.files ?? []).map((file, index) => fileClause(candidate, file, index)),
    ...evaluatedClause(question),
    ...(age ? [age.verdict] : []),
    ...(undone === null ? [] : [{ clause: 'undone', passes: false, words: undone }]),
  ];
  return verdictOf(clauses, age?.dueAt ?? null);
}

function betterClause(question: LabelQuestion): Clause {
  const { rule, candidate } = question;
  const value = measuredValue(candidate.object, rule);
  const than = rule.than ?? 'holder';
  const what = metricWords(rule);
  const base = {
    clause: 'better',
    metric: rule.metric,
    dataset: rule.dataset ?? null,
    direction: rule.direction,
    value: valueJson(value),
  };
  if (value === null || Number.isNaN(value)) {
    const words = value === null ? `it has no ${what}` : `its ${what} is not a number`;
    return { ...base, passes: false, words };
  }
  if (typeof than === 'number') return { ...base, ...boundVerdict(question, value, than) };
  return { ...base, ...opponentVerdict(question, value, than) };
}

/** Compares with the holder or the best other version. Passes if there is no other version to compare with. */
function opponentVerdict(
  { rule, candidate, holder, best }: LabelQuestion,
  value: number,
  than: 'holder' | 'any',
): Pick<Clause, 'passes' | 'words'> & Readonly<Record<string, unknown>> {
  const { direction, margin } = rule;
  const what = metricWords(rule);
  const opponent = than === 'any' ? best : holder;
  if (opponent === null || opponent.id === candidate.id) {
    const words = opponent
      ? 'it is the holder'
      : than === 'any'
        ? `no other version has ${what}`
        : 'there is no holder';
    return { passes: true, opponent: null, opponentValue: null, words };
  }
  const other = measuredValue(opponent.object, rule);
  const passes = isBetter(value, other, direction, margin);
  const inputs = {
    opponent: opponent.version,
    opponentValue: valueJson(other),
    by: other === null ? null : valueJson(direction === 'max' ? value - other : other - value),
    needed: valueJson(amountOf(margin, other ?? 0)),
  };
  const compared = { what, value, other: opponent.version, otherValue: other, by: margin };
  return { ...inputs, passes, words: betterWords(passes, compared) };
}

/** Compares with a fixed bound. Of several versions that pass, the newest wins. */
function boundVerdict(
  { rule, candidate, holder }: LabelQuestion,
  value: number,
  bound: number,
): { bound: number; passes: boolean; holder: string | null; words: string } {
  const { direction, margin } = rule;
  const isMet = isBetter(value, bound, direction, margin);
  const words = boundWords(isMet, { what: metricWords(rule), value, bound, by: margin });
  if (!isMet || !holder || holder.id === candidate.id)
    return { bound, passes: isMet, holder: holder?.version ?? null, words };
  if (!isBetter(measuredValue(holder.object, rule), bound, direction, margin))
    return {
      bound,
      passes: true,
      holder: holder.version,
      words: `${words}, and that of ${holder.version} no longer is`,
    };
  const passes = isNewer(candidate, holder);
  const which = passes
    ? `, and it is newer than ${holder.version}`
    : `, but so is that of the newer ${holder.version}`;
  return { bound, passes, holder: holder.version, words: `${words}${which}` };
}

export const isNewer = (a: VersionFacts, b: VersionFacts): boolean => a.order > b.order;

function notWorseClause({ candidate, holder }: LabelQuestion, other: NotWorse, index: number): Clause {
  const value = measuredValue(candidate.object, other);
  const rival = holder?.id === candidate.id ? null : holder;
  const theirs = rival && measuredValue(rival.object, other);
  const passes = !isWorse(value, theirs, other.direction, other.tolerance);
  const what = metricWords(other);
  const words =
    rival === null
      ? `there is no ${holder ? 'other ' : ''}holder that could be better in ${what}`
      : notWorseWords(passes, {
          what,
          value,
          other: rival.version,
          otherValue: theirs,
          by: other.tolerance,
        });
  return {
    clause: `notWorse[${index}]`,
    passes,
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
  return [{ clause: 'filter', passes: truth === true, truth, words }];
}

function fileClause(
  { files }: VersionFacts,
  { role, path }: { readonly role?: string | undefined; readonly path?: string | undefined },
  index: number,
): Clause {
  const passes = files.some((file) => (path === undefined ? file.role === role : file.path === path));
  const which = path === undefined ? `with the role ${role}` : path;
  return { clause: `files[${index}]`, passes, words: `it has ${passes ? 'the' : 'no'} file ${which}` };
}

function evaluatedClause({ rule, evaluate, candidate }: LabelQuestion): Clause[] {
  if (rule.evaluated === false || evaluate.length === 0) return [];
  const coverage = Object.fromEntries(
    evaluate.map((dataset) => [dataset, own(candidate.coverage, dataset) ?? 'missing']),
  );
  const owed = evaluate.filter((dataset) => coverage[dataset] !== 'done');
  const named = (dataset: string) => (coverage[dataset] === 'stale' ? `${dataset} (changed since)` : dataset);
  const words =
    owed.length === 0
      ? 'it was evaluated on all datasets that it must be evaluated on'
      : `it still has to be evaluated on ${owed.map(named).join(', ')}`;
  return [{ clause: 'evaluated', passes: owed.length === 0, coverage, words }];
}

function ageClause({ rule, candidate, now }: LabelQuestion): { verdict: Clause; dueAt: Date | null } | null {
  if (rule.minAge === undefined) return null;
  const since = candidate.readyAt;
  const due = since === null ? null : new Date(since.getTime() + durationOf(rule.minAge));
  const passes = due !== null && now >= due;
  const words = passes
    ? `it has been ready for ${rule.minAge}`
    : due === null
      ? 'it is not ready yet'
      : `it has not been ready for ${rule.minAge} yet: that is at ${due.toISOString()}`;
  return {
    verdict: { clause: 'minAge', passes, dueAt: due?.toISOString() ?? null, words },
    dueAt: passes ? null : due,
  };
}
