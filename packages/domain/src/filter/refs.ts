import type { Ref, Span } from './ast.ts';
import { FilterError } from './error.ts';
import type { Segment } from './lexer.ts';
import type { FieldSchema, FilterSchema } from './schema.ts';

type Path = Span & { segments: readonly [Segment, ...Segment[]] };

/** Prefixes of MLflow: `attributes.name` is `name`. */
const ATTRIBUTE_PREFIXES = ['attributes', 'attribute', 'attr'];

/** Resolves a path under a schema. Throws FilterError, which lists the allowed paths. */
export function resolveRef(path: Path, schema: FilterSchema): Ref {
  const span = { position: path.position, length: path.length };
  const [first, ...rest] = path.segments;
  if (rest.length === 0) return resolveWord(first.text, span, schema);
  if (schema.metadata !== undefined && first.text === 'metadata') {
    return { kind: 'metadata', path: rest.map((segment) => segment.text), ...span };
  }
  if (schema.metric !== undefined) {
    const ref = resolveMetric(first.text, rest, span);
    if (ref !== null) return ref;
  }
  if (ATTRIBUTE_PREFIXES.includes(first.text) && rest.length === 1) {
    return resolveWord(joined(rest), span, schema);
  }
  if (isSet(first.text, schema)) {
    const word = joined(rest).replaceAll("'", "''");
    throw new FilterError(`${first.text} are plain words, without values`, span, [
      `'${word}' IN ${first.text}`,
      ...(schema.metadata === undefined ? [] : ['metadata.<path>']),
    ]);
  }
  throw unknownField(path.segments.map((segment) => segment.text).join('.'), span, schema);
}

/** Resolves `metrics.<key>` and `evaluations.<dataset>.<key>`. Returns null if `root` is another word. */
function resolveMetric(root: string, rest: readonly Segment[], span: Span): Ref | null {
  if (root === 'metrics' || root === 'metric') {
    return { kind: 'metric', key: joined(rest).normalize('NFC'), dataset: null, ...span };
  }
  if (root !== 'evaluations') return null;
  const [dataset, ...key] = rest;
  if (dataset === undefined || key.length === 0) throw bareRoot(root, span);
  return {
    kind: 'metric',
    key: joined(key).normalize('NFC'),
    dataset: dataset.text.normalize('NFC'),
    ...span,
  };
}

/** Finds a field by name or synonym. Reads own properties only, because users choose the name. */
export function findField(name: string, schema: FilterSchema): (FieldSchema & { name: string }) | null {
  const field = Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined;
  if (field !== undefined) return { ...field, name };
  for (const [own, candidate] of Object.entries(schema.fields)) {
    if (candidate.synonyms?.includes(name)) return { ...candidate, name: own };
  }
  return null;
}

/** Lists all paths that a schema allows, for people. */
export function allowedPaths(schema: FilterSchema): string[] {
  return [
    ...Object.keys(schema.fields),
    ...(schema.tags === undefined ? [] : ['tags']),
    ...(schema.aliases === undefined ? [] : ['aliases']),
    ...(schema.metadata === undefined ? [] : ['metadata.<path>']),
    ...(schema.metric === undefined ? [] : ['metrics.<key>', 'evaluations.<dataset>.<key>']),
  ];
}

function resolveWord(word: string, span: Span, schema: FilterSchema): Ref {
  const field = findField(word, schema);
  if (field !== null) return { kind: 'field', name: field.name, type: field.type, nfc: field.nfc, ...span };
  if (isSet(word, schema)) return { kind: 'set', name: word, ...span };
  if (allowedPaths(schema).some((allowed) => allowed.startsWith(`${word}.<`))) throw bareRoot(word, span);
  throw unknownField(word, span, schema);
}

function isSet(word: string, schema: FilterSchema): word is 'tags' | 'aliases' {
  return (word === 'tags' || word === 'aliases') && schema[word] !== undefined;
}

/** Keys with dots need no quotes if nothing can follow them. */
function joined(segments: readonly Segment[]): string {
  return segments.map((segment) => segment.text).join('.');
}

function bareRoot(word: string, span: Span): FilterError {
  const form =
    { metadata: 'metadata.<path>', metrics: 'metrics.<key>' }[word] ?? 'evaluations.<dataset>.<key>';
  return new FilterError(`${word} needs a name after it`, span, [form]);
}

function unknownField(name: string, span: Span, schema: FilterSchema): FilterError {
  const shown = name.length > 64 ? `${name.slice(0, 64)}…` : name;
  return new FilterError(`unknown field ${JSON.stringify(shown)}`, span, allowedPaths(schema));
}
