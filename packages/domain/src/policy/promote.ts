import { evaluateFilter, type Filter, type FilterObject } from '../filter/index.ts';
import { parseName } from '../names.ts';
import { faultInNewName } from '../visible.ts';
import { isBetter } from './better.ts';
import type { PromoteRule } from './document.ts';
import { measuredValue, metricWords, valueJson } from './facts.ts';
import { type Clause, type Verdict, verdictOf } from './label.ts';
import { renderTemplate } from './template.ts';

/** The facts about a checkpoint that rules read. Dataset names are relative to its experiment. */
export interface CheckpointFacts {
  readonly id: string;
  readonly isReady: boolean;
  readonly isDeleted: boolean;
  /** The position in the order of creation. Clocks do not decide which checkpoint is older. */
  readonly order: number;
  readonly epoch: number | null;
  readonly step: number | null;
  readonly object: FilterObject;
}

export interface PromotionQuestion {
  readonly rule: PromoteRule;
  readonly filter: Filter | null;
  readonly candidate: CheckpointFacts;
  readonly experiment: { readonly name: string; readonly status: string; readonly matches: boolean };
  readonly model: string;
  /** The best by the metric of the rule, of the other ready checkpoints of the experiment or of all that match. */
  readonly best: CheckpointFacts | null;
  /** The version of the model that the checkpoint was promoted to before, by anyone. */
  readonly promotedAs: string | null;
}

/** Decides whether a checkpoint becomes a version. Pure. The older checkpoint wins ties. */
export function promoteVerdict(question: PromotionQuestion): Verdict {
  const { rule, filter, candidate, experiment, promotedAs } = question;
  const isLiving = candidate.isReady && !candidate.isDeleted;
  const clauses: Clause[] = [
    { clause: 'ready', passes: isLiving, words: `it is ${isLiving ? '' : 'not '}ready` },
    {
      clause: 'matches',
      passes: experiment.matches,
      words: `its experiment ${experiment.name} ${experiment.matches ? 'is' : 'is not'} among those of the rule`,
    },
    bestClause(question),
  ];
  if (filter !== null) {
    const truth = evaluateFilter(filter, candidate.object);
    const words = `it ${truth === true ? 'meets' : 'does not meet'} the filter: ${rule.filter}`;
    clauses.push({ clause: 'filter', passes: truth === true, truth, words });
  }
  if ((rule.at ?? 'finish') === 'finish') {
    const passes = experiment.status === 'finished';
    clauses.push({ clause: 'finished', passes, words: `its experiment is ${experiment.status}` });
  }
  if (promotedAs !== null)
    clauses.push({ clause: 'new', passes: false, words: `it was promoted before, as ${promotedAs}` });
  return verdictOf(clauses, null);
}

function bestClause({ rule, candidate, best }: PromotionQuestion): Clause {
  const value = measuredValue(candidate.object, rule);
  const other = best === null ? null : measuredValue(best.object, rule);
  const what = metricWords(rule);
  const base = {
    clause: 'best',
    metric: rule.metric,
    dataset: rule.dataset ?? null,
    value: valueJson(value),
    other: valueJson(other),
  };
  if (value === null || Number.isNaN(value)) return { ...base, passes: false, words: `it has no ${what}` };
  const isTie = best !== null && value === other;
  const passes = isTie ? candidate.order < best.order : isBetter(value, other, rule.direction);
  const of = (rule.per ?? 'experiment') === 'all' ? 'of all experiments of the rule' : 'of its experiment';
  const words = passes
    ? `its ${what}, ${value}, is the best ${of}`
    : `its ${what}, ${value}, is not the best ${of}: that is ${other}`;
  return { ...base, passes, words };
}

/** Returns the name of the version, or the reason why the name is invalid. */
export function promotedName({
  rule,
  candidate,
  experiment,
  model,
}: PromotionQuestion):
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly message: string } {
  const { epoch, step } = candidate;
  const parsed = parseName(renderTemplate(rule.version, { experiment: experiment.name, epoch, step, model }));
  const hidden = parsed.ok ? faultInNewName(parsed.name) : undefined;
  return hidden === undefined ? parsed : { ok: false, message: hidden };
}
