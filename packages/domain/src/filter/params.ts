/** A query parameter as text, which the cast at its placeholder parses: the same for every driver. */
export type SqlParam = string | string[];

/** SQL with placeholders from `firstParam` on, and their values. */
export interface Sql {
  sql: string;
  params: SqlParam[];
}

export interface Params {
  /** Adds a value and returns its placeholder with the cast. Equal texts with the same cast share one. */
  add(value: SqlParam, cast: string): string;
  /** The placeholder of the namespace in which bare names of datasets lie. */
  readonly namespaceId: () => string;
  values: SqlParam[];
}

export function collectParams(firstParam: number, namespaceId?: string): Params {
  const values: SqlParam[] = [];
  const known = new Map<string, string>();
  const params: Params = {
    values,
    namespaceId: () => {
      if (namespaceId === undefined) throw new Error('this schema needs the namespace of its objects');
      return params.add(namespaceId, 'uuid');
    },
    add(value, cast) {
      const key = typeof value === 'string' ? `${cast} ${value}` : null;
      const found = key === null ? undefined : known.get(key);
      if (found !== undefined) return found;
      values.push(value);
      const placeholder = `$${firstParam + values.length - 1}::${cast}`;
      if (key !== null) known.set(key, placeholder);
      return placeholder;
    },
  };
  return params;
}
