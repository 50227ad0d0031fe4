import { type FilterSchema, formatFilter, parseFilter, type Term, termsOf } from '../filter/index.ts';
import { type AskedValue, askedValues } from './asked-values.ts';
import type { KeepClause } from './document.ts';
import { metricWords } from './facts.ts';

/** A name or a value that a clause asks for, and that may be misspelt: then no object in the clause's scope has it. */
export type AskedName =
  | { readonly kind: 'metric'; readonly metric: string; readonly dataset?: string | undefined }
  | { readonly kind: 'metadata'; readonly path: readonly string[]; readonly term: Term }
  | { readonly kind: 'value'; readonly term: AskedValue }
  | { readonly kind: 'epoch' };

/**
 * The names and values that a clause of `keep` asks for: metrics, metadata keys, epochs, tags, aliases and texts. Numbers
 * and times are none: that nothing reaches a bound is an ordinary state.
 */
export function askedNames(clause: KeepClause, schema: FilterSchema): readonly AskedName[] {
  if (clause.metric !== undefined)
    return [{ kind: 'metric', metric: clause.metric, dataset: clause.dataset }];
  if (clause.everyEpoch !== undefined) return [{ kind: 'epoch' }];
  if (clause.filter === undefined) return [];
  const values = askedValues(parseFilter(clause.filter, schema).condition, schema);
  // Keys precede values: an object is told of a missing key rather than of its value.
  return [
    ...filterNames(clause.filter, schema),
    ...each(values.map((term): AskedName => ({ kind: 'value', term }))),
  ];
}

/** Whether one object that has the name decides for all that the rule ranges over: most experiments lack a mark. */
export const isMark = ({ kind }: AskedName): boolean => kind === 'metadata' || kind === 'value';

/** Leaves out values under a metadata key that is missing too. */
export function withoutImplied<T extends { readonly name: AskedName }>(missing: readonly T[]): readonly T[] {
  const known = new Set(missing.map(({ name }) => identity(name)));
  return missing.filter(({ name }) => {
    if (name.kind !== 'value' || name.term.ref.kind !== 'metadata') return true;
    return !known.has(identity({ kind: 'metadata', path: name.term.ref.path, term: name.term }));
  });
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
  return each(names);
}

/** Each name once. */
const each = (names: readonly AskedName[]): readonly AskedName[] => [
  ...new Map(names.map((name) => [identity(name), name])).values(),
];

/** Words alone do not tell `metadata."a.b"` from `metadata.a.b`. */
function identity(name: AskedName): string {
  if (name.kind === 'value') return formatFilter({ condition: name.term });
  const of = name.kind === 'metadata' ? name.path : name.kind === 'metric' ? [name.metric, name.dataset] : [];
  return JSON.stringify([nameWords(name), of]);
}

/** `the metric mAP on coco-val`, `a number in metadata.train.lr`, `the tag 'gold'`, `an epoch` */
export function nameWords(name: AskedName): string {
  if (name.kind === 'epoch') return 'an epoch';
  if (name.kind === 'metric') return `the metric ${metricWords(name)}`;
  if (name.kind === 'value') return valueWords(name.term);
  return `${typeWords(name.term)} metadata.${name.path.join('.')}`;
}

/** What a comparison needs to find: with a value of another type it is unknown. */
function typeWords(term: Term): string {
  if (term.kind === 'null') return 'a value in';
  if (term.kind === 'member') return 'a list in';
  const type = term.kind === 'like' ? 'text' : (term.kind === 'in' ? term.values[0] : term.value)?.type;
  return type === 'boolean' ? 'true or false in' : `a ${type} in`;
}

/** `the tag 'gold'`, `'prod' in metadata.stage`, `a text LIKE 'rel-%' in version` */
function valueWords(term: AskedValue): string {
  const { ref } = term;
  const text = `'${String(term.kind === 'like' ? term.pattern : term.value.value).replaceAll("'", "''")}'`;
  if (ref.kind === 'set') return `the ${ref.name === 'tags' ? 'tag' : 'alias'} ${text}`;
  const where = ref.kind === 'metadata' ? `metadata.${ref.path.join('.')}` : ref.name;
  if (term.kind === 'like') return `a text ${term.ignoreCase ? 'ILIKE' : 'LIKE'} ${text} in ${where}`;
  return `${text} in ${term.kind === 'member' ? 'the list ' : ''}${where}`;
}
