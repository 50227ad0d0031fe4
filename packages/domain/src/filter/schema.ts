import type { ScalarType } from './ast.ts';

/** A scalar field that may be filtered and ordered by. */
export interface FieldSchema {
  type: ScalarType;
  /** False when a value is always there: lets an index serve order and pages. Default true. */
  nullable?: boolean;
  /** Other names for it, for those who come from elsewhere (`creation_time`). */
  synonyms?: readonly string[];
  /** True if the text is stored in Unicode NFC: parsing normalizes what it is compared with. Default false. */
  nfc?: boolean;
  /** All values of a text that has few. A policy that compares it with another one is refused. */
  values?: readonly string[];
  /** The form of every value of a text. A policy that compares it with a text of another form is refused. */
  form?: { readonly fits: (text: string) => boolean; readonly words: string };
}

/**
 * What a filter over one kind of object may speak of: enough to parse and to evaluate in memory.
 * `tags`, `aliases`, `metadata` and `metric` are there when the object has such things; parsing asks only
 * whether they are set, so `true` will do. Tags, aliases, metric keys and datasets are stored in Unicode NFC;
 * metadata is stored as it was sent.
 */
export interface FilterSchema {
  fields: Readonly<Record<string, FieldSchema>>;
  /** The field, never missing and unique, that ends every order. Default `id`. */
  unique?: string;
  tags?: unknown;
  aliases?: unknown;
  metadata?: unknown;
  /** Both `metrics.<key>` and `evaluations.<dataset>.<key>`. */
  metric?: unknown;
}

/** A field with its SQL: an expression of the type that the field's type names (see docs/filter.md). */
export interface SqlField extends FieldSchema {
  /** text: text or varchar (cast enums); number: float8; integer: int8 or int4; time: timestamptz; uuid; boolean. */
  sql: string;
}

/** The SQL of a set of words. `word` is a placeholder of type text; the results are booleans, never NULL. */
export interface SqlSet {
  /** True when the set holds the word, e.g. `` (word) => `v.tags @> ARRAY[${word}]` ``. */
  contains(word: string): string;
  /** True when the set has no word. */
  empty: string;
}

/** The SQL of metrics. `key` and `dataset` are placeholders of type text; `dataset` is null for `metrics.<key>`. */
export interface SqlMetric {
  /** The latest value as float8, NULL when there is none: usually a scalar subquery. */
  value(key: string, dataset: string | null): string;
  /**
   * Optional: true when there is a latest value that passes, e.g. an EXISTS over the rows of latest values,
   * which Postgres can run as a semi-join from an index. `test` gives the condition for a float8 expression.
   * It must read the same rows as `value`.
   */
  exists?(key: string, dataset: string | null, test: (value: string) => string): string;
}

/**
 * A schema that compiles to SQL too. All SQL in it is the program's own text, never a user's; names in it must
 * be qualified so that they mean the same at every place of the query.
 */
export interface SqlSchema extends FilterSchema {
  fields: Readonly<Record<string, SqlField>>;
  tags?: SqlSet;
  aliases?: SqlSet;
  /** A jsonb column that holds an object; a GIN index with jsonb_path_ops serves equality and membership. */
  metadata?: string;
  metric?: SqlMetric;
}
