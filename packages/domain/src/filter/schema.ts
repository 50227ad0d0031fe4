import type { ScalarType } from './ast.ts';

export interface FieldSchema {
  type: ScalarType;
  /** False if a value always exists, so that an index can serve order and pages. Default true. */
  nullable?: boolean;
  /** Alternative names, as in other systems (`creation_time`). */
  synonyms?: readonly string[];
  /** True if the text is stored in Unicode NFC. Parsing then normalizes the compared values. Default false. */
  nfc?: boolean;
  /** All values of a text with few values. A policy that compares it with another value is rejected. */
  values?: readonly string[];
  /** The form of every value of a text. A policy that compares it with a text of another form is rejected. */
  form?: { readonly fits: (text: string) => boolean; readonly words: string };
}

/**
 * The names that a filter over one kind of object may use, as needed to parse and evaluate it. `tags`, `aliases`,
 * `metadata` and `metric` are set if the object has them; the parser tests only whether they are set, so `true` is
 * enough. Tags, aliases, metric keys and datasets are stored in Unicode NFC, metadata as sent.
 */
export interface FilterSchema {
  fields: Readonly<Record<string, FieldSchema>>;
  /** The unique and never missing field that ends every order. Default `id`. */
  unique?: string;
  tags?: unknown;
  aliases?: unknown;
  metadata?: unknown;
  /** Both `metrics.<key>` and `evaluations.<dataset>.<key>`. */
  metric?: unknown;
}

/** A field with its SQL expression, of the type of the field (see docs/filter.md). */
export interface SqlField extends FieldSchema {
  /** text: text or varchar (cast enums); number: float8; integer: int8 or int4; time: timestamptz; uuid; boolean. */
  sql: string;
}

/** The SQL of a set of words. `word` is a placeholder of type text. The results are booleans, never NULL. */
export interface SqlSet {
  /** True if the set contains the word, e.g. `` (word) => `v.tags @> ARRAY[${word}]` ``. */
  contains(word: string): string;
  /** True if the set is empty. */
  empty: string;
}

/**
 * The SQL of metrics. `key` and `dataset` are placeholders of type text; `dataset` is null for `metrics.<key>`.
 * `namespaceId` gives the placeholder of the namespace that the objects of a statement share, of type uuid.
 */
export interface SqlMetric {
  /** The latest value as float8, NULL when there is none: usually a scalar subquery. */
  value(key: string, dataset: string | null, namespaceId: () => string): string;
  /**
   * Optional: true if the latest value passes `test`, which gives the condition for a float8 expression. An EXISTS
   * over the rows of latest values lets Postgres use a semi-join from an index. Must read the same rows as `value`.
   */
  exists?(
    key: string,
    dataset: string | null,
    test: (value: string) => string,
    namespaceId: () => string,
  ): string;
}

/**
 * A schema that also compiles to SQL. Its SQL must come from the program, never from a user, and must qualify all
 * names, so that they mean the same anywhere in a query.
 */
export interface SqlSchema extends FilterSchema {
  fields: Readonly<Record<string, SqlField>>;
  tags?: SqlSet;
  aliases?: SqlSet;
  /** A jsonb column with an object. A GIN index with jsonb_path_ops serves equality and membership. */
  metadata?: string;
  metric?: SqlMetric;
}
