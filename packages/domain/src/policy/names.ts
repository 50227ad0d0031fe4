import { type Condition, type FilterSchema, parseFilter, type Term } from '../filter/index.ts';
import type { KeepClause } from './document.ts';
import { metricWords } from './facts.ts';

/** A name that a clause asks for, and that may be misspelt: then no object in the clause's scope has it. */
export type AskedName =
  | { readonly kind: 'metric'; readonly metric: string; readonly dataset?: string | undefined }
  | { readonly kind: 'metadata'; readonly path: readonly string[]; readonly term: Term }
  | { readonly kind: 'epoch' };

/**
 * The names that a clause of `keep` asks for. Values (a tag, an alias, a text, a bound) are no names: an object without
 * the value may be meant to go.
 */
export function askedNames(clause: KeepClause, schema: FilterSchema): readonly AskedName[] {
  if (clause.metric !== undefined)
    return [{ kind: 'metric', metric: clause.metric, dataset: clause.dataset }];
  if (clause.everyEpoch !== undefined) return [{ kind: 'epoch' }];
  return clause.filter === undefined ? [] : filterNames(clause.filter, schema);
}

/** The metrics and the typed metadata keys that a filter asks for, each once. */
export function filterNames(text: string, schema: FilterSchema): readonly AskedName[] {
  const names = termsOf(parseFilter(text, schema).condition).flatMap((term): AskedName[] => {
    const { ref } = term;
    if (ref.kind === 'metadata') return [{ kind: 'metadata', path: ref.path, term }];
    return ref.kind === 'metric'
      ? [{ kind: 'metric', metric: ref.key, dataset: ref.dataset ?? undefined }]
      : [];
  });
  return [...new Map(names.map((name) => [nameWords(name), name])).values()];
}

/** The comparisons of a condition. */
export function termsOf(condition: Condition | null): Term[] {
  if (condition === null) return [];
  if (condition.kind === 'and' || condition.kind === 'or') return condition.terms.flatMap(termsOf);
  return condition.kind === 'not' ? termsOf(condition.term) : [condition as Term];
}

/** `the metric mAP on coco-val`, `a number in metadata.train.lr`, `an epoch` */
export function nameWords(name: AskedName): string {
  if (name.kind === 'epoch') return 'an epoch';
  if (name.kind === 'metric') return `the metric ${metricWords(name)}`;
  return `${typeWords(name.term)} metadata.${name.path.join('.')}`;
}

/** What a comparison needs to find: with a value of another type it is unknown. */
function typeWords(term: Term): string {
  if (term.kind === 'null') return 'a value in';
  if (term.kind === 'member') return 'a list in';
  const type = term.kind === 'like' ? 'text' : (term.kind === 'in' ? term.values[0] : term.value)?.type;
  return type === 'boolean' ? 'true or false in' : `a ${type} in`;
}
