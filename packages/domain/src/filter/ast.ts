/** Where something stands in the text, in UTF-16 code units from 0. */
export interface Span {
  position: number;
  length: number;
}

/** What a scalar field holds. An `integer` is exact and never NaN; a `number` is a double and may be. */
export type ScalarType = 'text' | 'number' | 'integer' | 'boolean' | 'time' | 'uuid';

/** A field of the object itself, such as `name` or `createdAt`. */
export interface FieldRef extends Span {
  kind: 'field';
  name: string;
  type: ScalarType;
  /** True if the field stores its text in Unicode NFC: literals are in NFC too. */
  nfc?: boolean | undefined;
}
/** A value inside the metadata: object keys from the root. Array elements have no path. */
export interface MetadataRef extends Span {
  kind: 'metadata';
  path: readonly string[];
}
/** The latest value of a metric, without dataset or on one. */
export interface MetricRef extends Span {
  kind: 'metric';
  key: string;
  dataset: string | null;
}
/** The object's words. */
export interface SetRef extends Span {
  kind: 'set';
  name: 'tags' | 'aliases';
}

export type ScalarRef = FieldRef | MetadataRef | MetricRef;
export type Ref = ScalarRef | SetRef;

/**
 * A literal, of the type that its comparison is made in.
 * Times are canonical: UTC, six fraction digits, `2026-01-01T00:00:00.000000Z`; uuids are lower-case.
 * A number may be NaN or infinite against metrics and number fields only.
 */
export type Value =
  | { type: 'text'; value: string }
  | { type: 'number'; value: number }
  | { type: 'integer'; value: number }
  | { type: 'boolean'; value: boolean }
  | { type: 'time'; value: string }
  | { type: 'uuid'; value: string };

export type CompareOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** `ref op value`. NaN stands only with = and !=, booleans too. */
export interface Compare extends Span {
  kind: 'compare';
  ref: ScalarRef;
  operator: CompareOperator;
  value: Value;
}
/** `ref LIKE 'pattern'`; the pattern never ends in a lone backslash. */
export interface Like extends Span {
  kind: 'like';
  ref: FieldRef | MetadataRef;
  pattern: string;
  ignoreCase: boolean;
  negated: boolean;
}
/** `ref IN (…)`: at least one value, all of one type. */
export interface In extends Span {
  kind: 'in';
  ref: ScalarRef;
  values: readonly Value[];
  negated: boolean;
}
/** `value IN tags`, `value IN metadata.list`. */
export interface Member extends Span {
  kind: 'member';
  value: Value & { type: 'text' | 'number' | 'boolean' };
  ref: SetRef | MetadataRef;
  negated: boolean;
}
/** `ref IS NULL`; of a set: it is empty. */
export interface IsNull extends Span {
  kind: 'null';
  ref: Ref;
  negated: boolean;
}

export type Term = Compare | Like | In | Member | IsNull;

export type Condition =
  | Term
  | ({ kind: 'and' | 'or'; terms: readonly Condition[] } & Span)
  | ({ kind: 'not'; term: Condition } & Span);

/** A parsed filter. `condition` is null for an empty text, which every object passes. */
export interface Filter {
  condition: Condition | null;
}

/** One term of an order. The last term of a parsed order is always the schema's unique field. */
export interface OrderTerm {
  ref: ScalarRef;
  descending: boolean;
  /** Sort a text by so many of its first code points: cursors, which hold sort values, stay short. */
  prefix: number | null;
}
