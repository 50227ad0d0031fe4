/* Random filters, orders and objects for the property tests, from small pools so that comparisons often hit. */
import * as fc from 'fast-check';
import type { CompareOperator, Condition, Like, OrderTerm, Ref, ScalarRef, Value } from '../ast.ts';
import { ORDER_PREFIX } from '../limits.ts';
import type { FilterObject, MetricValue } from '../object.ts';
import { prefixOf } from '../order.ts';
import type { FieldSchema, FilterSchema } from '../schema.ts';
import { storedText } from '../values.ts';

export const testSchema = {
  fields: {
    id: { type: 'uuid', nullable: false },
    name: { type: 'text', nfc: true },
    title: { type: 'text', nullable: false, synonyms: ['attr_title'] },
    createdAt: { type: 'time', nullable: false },
    endedAt: { type: 'time' },
    n: { type: 'number' },
    step: { type: 'integer' },
    held: { type: 'boolean' },
    parent: { type: 'uuid' },
    in: { type: 'text' },
  },
  tags: true,
  aliases: true,
  metadata: true,
  metric: true,
} as const satisfies FilterSchema;

export type TestObject = FilterObject & { fields: { id: string }; tags: string[]; aliases: string[] };

const TEXTS = [
  '',
  'a',
  'A',
  'ab',
  'aB',
  'b',
  'a_',
  '%',
  '\\',
  "it's",
  '"',
  '`',
  'Ä',
  'ä',
  // Decomposed: NFC makes them the two before. The last one has no composed form.
  'A\u0308',
  'a\u0308',
  'q\u0308',
  '\ue000',
  '\u{1f600}',
  '1',
  'NaN',
  // Alike as far as an order looks.
  `${'\u{1f600}'.repeat(ORDER_PREFIX)}a`,
  `${'\u{1f600}'.repeat(ORDER_PREFIX)}b`,
];
const NUMBERS = [0, -0, 1, -1, 1.5, 0.1, 0.30000000000000004, 1e21, -1e-7, 5e-324, Number.MAX_VALUE, 2 ** 53];
const KEYS = ['a', 'b', 'list', '0', 'x.y', 'a/b-c', '', 'q\'"`', '__proto__', 'constructor', 'in'];
const PATTERNS = [
  '%',
  '_',
  'a%',
  '%b',
  '_%_',
  '\\%',
  '\\\\',
  'A_',
  '%a%',
  'Ä',
  'A\u0308',
  '\\a\u0308',
  '_\u0308%',
  '\\a',
  '%%',
  '',
];
const TIMES = [
  '2026-01-01T00:00:00.000000Z',
  '2026-01-01T00:00:00.000001Z',
  '1969-12-31T23:59:59.999999Z',
  '9999-12-31T00:00:00.000000Z',
];
const DATASETS = ['coco', 'ns/val', 'x.y', 'ä/ö'];
const METRICS = ['a', 'x.y', '', 'ä'];
const span = { position: 0, length: 0 };

const uuid = fc.constantFrom(1, 2, 3, 4).map((n) => `018f0000-0000-7000-8000-00000000000${n}`);
const text = fc.constantFrom(...TEXTS);
/** As names, tags and aliases are stored. */
const name = fc.constantFrom(...new Set(TEXTS.map((one) => one.normalize('NFC'))));
const number = fc.oneof(fc.constantFrom(...NUMBERS), fc.double({ noNaN: true, noDefaultInfinity: true }));
const double = fc.oneof(
  number,
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);
const integer = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.maxSafeInteger());
const time = fc.constantFrom(...TIMES);
/** Few of them most of the time, so that objects have what filters ask for. */
const key = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', '0') },
  { weight: 1, arbitrary: fc.constantFrom(...KEYS) },
);
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { freq: 3 });

/** JSON values of some depth with the keys that filters ask for. */
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(text, number, fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
})).value;

const metricValue = double.map((value) => (Number.isFinite(value) ? value : String(value)) as MetricValue);
const metrics = fc.dictionary(fc.constantFrom(...METRICS), metricValue, { maxKeys: 2 });

/** One object; ids come from the caller, since they are unique. */
export const object = fc.record({
  fields: fc.record({
    name: maybe(name),
    title: text,
    createdAt: time,
    endedAt: maybe(time),
    n: maybe(metricValue),
    step: maybe(integer),
    held: maybe(fc.boolean()),
    parent: maybe(uuid),
    in: maybe(text),
  }),
  tags: fc.uniqueArray(name, { maxLength: 2 }),
  aliases: fc.uniqueArray(name, { maxLength: 2 }),
  metadata: fc.dictionary(key, json, { maxKeys: 4 }),
  metrics,
  evaluations: fc.dictionary(fc.constantFrom(...DATASETS), metrics, { maxKeys: 2 }),
});

const fieldRef = (name: keyof typeof testSchema.fields): ScalarRef => ({
  kind: 'field',
  name,
  type: testSchema.fields[name].type,
  nfc: (testSchema.fields[name] as FieldSchema).nfc,
  ...span,
});
const fields = Object.keys(testSchema.fields) as (keyof typeof testSchema.fields)[];
const metadataRef = fc
  .array(key, { minLength: 1, maxLength: 3 })
  .map((path) => ({ kind: 'metadata' as const, path, ...span }));
const metricRef = fc
  .tuple(fc.constantFrom(...METRICS), fc.option(fc.constantFrom(...DATASETS)))
  .map(([name, dataset]) => ({ kind: 'metric' as const, key: name, dataset, ...span }));
const setRef = fc
  .constantFrom('tags' as const, 'aliases' as const)
  .map((name) => ({ kind: 'set' as const, name, ...span }));
const scalarRef: fc.Arbitrary<ScalarRef> = fc.oneof(
  fc.constantFrom(...fields.map(fieldRef)),
  metadataRef,
  metricRef,
);

const literal = (type: Value['type'], finite = false): fc.Arbitrary<Value> =>
  ({
    text: text.map((value) => ({ type: 'text' as const, value })),
    number: (finite ? number : double).map((value) => ({ type: 'number' as const, value: value + 0 })),
    integer: integer.map((value) => ({ type: 'integer' as const, value: value + 0 })),
    boolean: fc.boolean().map((value) => ({ type: 'boolean' as const, value })),
    time: time.map((value) => ({ type: 'time' as const, value })),
    uuid: uuid.map((value) => ({ type: 'uuid' as const, value })),
  })[type];

/** A literal for a reference; `type` settles it where the metadata leaves it open. */
const typeFor = (ref: ScalarRef): fc.Arbitrary<Value['type']> => {
  if (ref.kind === 'metadata') return fc.constantFrom('text' as const, 'number' as const, 'boolean' as const);
  return fc.constant(ref.kind === 'metric' ? 'number' : ref.type);
};

/** In the form that parsing gives it for this reference. */
const stored = <V extends Value>(value: V, ref: Ref): V =>
  value.type === 'text' ? { ...value, value: storedText(value.value, ref) } : value;

const withValues = (ref: ScalarRef, count: number) =>
  typeFor(ref).chain((type) =>
    fc.array(
      literal(type, ref.kind === 'metadata').map((value) => stored(value, ref)),
      { minLength: 1, maxLength: count },
    ),
  );

const compare = scalarRef.chain((ref) =>
  fc
    .tuple(withValues(ref, 1), fc.constantFrom<CompareOperator>('=', '!=', '<', '<=', '>', '>='))
    .map(([values, wish]) => {
      const value = values[0] as Value;
      const unordered = value.type === 'boolean' || Number.isNaN(value.value);
      const operator: CompareOperator = unordered ? (wish.includes('<') ? '!=' : '=') : wish;
      return { kind: 'compare' as const, ref, operator, value, ...span };
    }),
);
const inList = scalarRef.chain((ref) =>
  fc
    .record({ values: withValues(ref, 4), negated: fc.boolean() })
    .map((rest) => ({ kind: 'in' as const, ref, ...rest, ...span })),
);
const like = fc
  .record({
    kind: fc.constant('like' as const),
    ref: fc.oneof(fc.constantFrom(fieldRef('name'), fieldRef('in')), metadataRef) as fc.Arbitrary<
      Like['ref']
    >,
    pattern: fc.constantFrom(...PATTERNS),
    ignoreCase: fc.boolean(),
    negated: fc.boolean(),
    position: fc.constant(0),
    length: fc.constant(0),
  })
  .map((node) => ({ ...node, pattern: storedText(node.pattern, node.ref) }));
const member = fc
  .oneof(
    fc.record({ ref: setRef, value: literal('text') }),
    fc.record({
      ref: metadataRef,
      value: fc.oneof(literal('text'), literal('number', true), literal('boolean')),
    }),
  )
  .chain((rest) =>
    fc.boolean().map((negated) => {
      const value = stored(rest.value, rest.ref);
      return { kind: 'member' as const, negated, ...rest, value, ...span } as Condition;
    }),
  );
const isNull = fc
  .record({ ref: fc.oneof(scalarRef, setRef), negated: fc.boolean() })
  .map((rest) => ({ kind: 'null' as const, ...rest, ...span }));

const flat = (kind: 'and' | 'or', terms: readonly Condition[]): Condition => ({
  kind,
  terms: terms.flatMap((term) => (term.kind === kind ? term.terms : [term])),
  ...span,
});

/** Conditions in the form that parsing gives, all positions 0. */
export const condition = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: fc.oneof<fc.Arbitrary<Condition>[]>(compare, inList, like, member, isNull) },
    {
      weight: 1,
      arbitrary: fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map((terms) => flat('and', terms)),
    },
    {
      weight: 1,
      arbitrary: fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map((terms) => flat('or', terms)),
    },
    { weight: 1, arbitrary: tie('node').map((term): Condition => ({ kind: 'not', term, ...span })) },
  ),
})).node;

/** Order terms without the closing one. */
export const orderTerms: fc.Arbitrary<OrderTerm[]> = fc.array(
  fc
    .record({ ref: scalarRef, descending: fc.boolean() })
    .map((term) => ({ ...term, prefix: prefixOf(term.ref, testSchema) })),
  { maxLength: 3 },
);
