/** A query parameter as text, which the cast at its placeholder parses: the same for every driver. */
export type SqlParam = string | string[];

/** SQL with placeholders from `firstParam` on, and their values. */
export interface Sql {
  sql: string;
  params: SqlParam[];
}

export interface Params {
  /** Adds a value and returns its placeholder with the cast. */
  add(value: SqlParam, cast: string): string;
  /** The placeholder of the namespace in which bare names of datasets lie. */
  readonly namespaceId: () => string;
  values: SqlParam[];
}

export function collectParams(firstParam: number, namespaceId?: string): Params {
  const values: SqlParam[] = [];
  const add = (value: SqlParam, cast: string): string => `$${firstParam + values.push(value) - 1}::${cast}`;
  return {
    add,
    namespaceId: () => {
      if (namespaceId === undefined) throw new Error('this schema needs the namespace of its objects');
      return add(namespaceId, 'uuid');
    },
    values,
  };
}
