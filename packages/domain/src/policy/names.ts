import { type FilterSchema, formatFilter, parseFilter, type Term, termsOf } from '../filter/index.ts';
import { type AskedValue, askedValues } from './asked-values.ts';
import type { KeepClause } from './document.ts';
import { metricWords } from './facts.ts';

/** A name or value that a clause requires. If it is misspelt, no object in the scope of the clause has it. */
export type AskedName =
  | { readonly kind: 'metric'; readonly metric: string; readonly dataset?: string | undefined }
  | { readonly kind: 'metadata'; readonly path: readonly string[]; readonly term: Term }
  | { readonly kind: 'value'; readonly term: AskedValue }
  | { readonly kind: 'epoch' };

/**
 * Lists the names and values that a clause of `keep` requires: metrics, metadata keys, epochs, tags, aliases and
 * texts. Numbers and times do not count, because a bound that nothing reaches is normal.
 */
export function askedNames(clause: KeepClause, schema: FilterSchema): readonly AskedName[] {
  if (clause.metric !== undefined)
    return [{ kind: 'metric', metric: clause.metric, dataset: clause.dataset }];
  if (clause.everyEpoch !== undefined) return [{ kind: 'epoch' }];
  if (clause.filter === undefined) return [];
  const values = askedValues(parseFilter(clause.filter, schema).condition, schema);
  // Keys come before values, so that the message names a missing key instead of its value.
  return [
    ...filterNames(clause.filter, schema),
    ...each(values.map((term): AskedName => ({ kind: 'value', term }))),
  ];
}

/** Whether one object with the name decides for the whole scope of the rule: most experiments lack a mark. */
export const isMark = ({ kind }: AskedName): boolean => kind === 'metadata' || kind === 'value';

/** Drops values whose metadata key is missing too. */
export function withoutImplied<T extends { readonly name: AskedName }>(missing: readonly T[]): readonly T[] {
  const known = new Set(missing.map(({ name }) => identity(name)));
  return missing.filter(({ name }) => {
    if (name.kind !== 'value' || name.term.ref.kind !== 'metadata') return true;
    return !known.has(identity({ kind: 'metadata', path: name.term.ref.path, term: name.term }));
  });
}

/** Lists the metrics and typed metadata keys that a filter requires, each once. */
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

/** Removes duplicates. */
const each = (names: readonly AskedName[]): readonly AskedName[] => [
  ...new Map(names.map((name) => [identity(name), name])).values(),
];

/** The text alone does not distinguish `metadata."a.b"` from `metadata.a.b`. */
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

/** The type that a comparison requires. Values of other types make it unknown. */
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
