import type { Ref } from './ast.ts';
import { toNumber } from './values.ts';

/** The value of a metric in memory: a number, or the JSON form of NaN or an infinity. */
export type MetricValue = number | 'NaN' | 'Infinity' | '-Infinity';

/** An object in memory, as filters read it. Absent members are missing. Times are Dates or RFC 3339 strings. */
export interface FilterObject {
  fields: Readonly<Record<string, string | number | boolean | Date | null | undefined>>;
  tags?: readonly string[];
  aliases?: readonly string[];
  metadata?: unknown;
  /** Latest values by key, without dataset. */
  metrics?: Readonly<Record<string, MetricValue>>;
  /** Latest values by dataset and key. */
  evaluations?: Readonly<Record<string, Readonly<Record<string, MetricValue>>>>;
}

/** Reads the value of a reference; undefined or null if there is none. A set gives its words. */
export function readRef(ref: Ref, object: FilterObject): unknown {
  switch (ref.kind) {
    case 'field': {
      const value = own(object.fields, ref.name);
      return ref.type === 'number' ? toNumber(value) : value;
    }
    case 'set':
      return object[ref.name] ?? [];
    case 'metric':
      return toNumber(
        own(ref.dataset === null ? object.metrics : own(object.evaluations, ref.dataset), ref.key),
      );
    case 'metadata': {
      let value: unknown = object.metadata;
      for (const key of ref.path) value = Array.isArray(value) ? undefined : own(value, key);
      return value;
    }
  }
}

/** Reads own properties only, because users choose the names. */
function own(from: unknown, name: string): unknown {
  if (typeof from !== 'object' || from === null || !Object.hasOwn(from, name)) return undefined;
  return (from as Record<string, unknown>)[name];
}
