/** A range of the text, in UTF-16 code units from 0. */
export interface Span {
  position: number;
  length: number;
}

/** The type of a scalar field. An `integer` is exact and never NaN; a `number` is a double. */
export type ScalarType = 'text' | 'number' | 'integer' | 'boolean' | 'time' | 'uuid';

/** A field of the object itself, such as `name` or `createdAt`. */
export interface FieldRef extends Span {
  kind: 'field';
  name: string;
  type: ScalarType;
  /** True if the field stores its text in Unicode NFC. Literals are then normalized too. */
  nfc?: boolean | undefined;
}
/** A value inside the metadata, by the object keys from the root. Array elements have no path. */
export interface MetadataRef extends Span {
  kind: 'metadata';
  path: readonly string[];
}
/** The latest value of a metric, with or without a dataset. */
export interface MetricRef extends Span {
  kind: 'metric';
  key: string;
  dataset: string | null;
}
/** The tags or the aliases of the object. */
export interface SetRef extends Span {
  kind: 'set';
  name: 'tags' | 'aliases';
}

export type ScalarRef = FieldRef | MetadataRef | MetricRef;
export type Ref = ScalarRef | SetRef;

/**
 * A literal, in the type of its comparison. Times are canonical UTC with six fraction digits:
 * `2026-01-01T00:00:00.000000Z`. UUIDs are lower-case. Numbers may be NaN or infinite only against metrics and number
 * fields.
 */
export type Value =
  | { type: 'text'; value: string }
  | { type: 'number'; value: number }
  | { type: 'integer'; value: number }
  | { type: 'boolean'; value: boolean }
  | { type: 'time'; value: string }
  | { type: 'uuid'; value: string };

export type CompareOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** `ref op value`. NaN and booleans allow only = and !=. */
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
/** `ref IS NULL`. For a set, it means that the set is empty. */
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

/** A term of an order. The last term of a parsed order is always the unique field of the schema. */
export interface OrderTerm {
  ref: ScalarRef;
  descending: boolean;
  /** Sorts a text by this number of leading code points, so that cursors, which contain sort values, stay short. */
  prefix: number | null;
}
