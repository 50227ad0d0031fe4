import type { Filter } from './ast.ts';
import type { FilterSchema } from './schema.ts';

/** Characters of all filters in the cache: enough for two policies of 64 filters of the largest size. */
const MOST_CHARACTERS = 512 * 1024;

/** A cache of parsed filters. It evicts the filter that was not used for the longest time. */
export interface ParsedFilters {
  get(text: string, schema: FilterSchema): Filter | undefined;
  keep(text: string, schema: FilterSchema, filter: Filter): Filter;
}

interface Entry {
  readonly text: string;
  readonly schema: FilterSchema;
  readonly filter: Filter;
}

/** @param mostCharacters bound of the length of all cached texts. */
export function parsedFilters(mostCharacters = MOST_CHARACTERS): ParsedFilters {
  const bySchema = new WeakMap<FilterSchema, Map<string, Entry>>();
  /** In the order of their last use. */
  const entries = new Set<Entry>();
  let characters = 0;
  const textsOf = (schema: FilterSchema): Map<string, Entry> => {
    const texts = bySchema.get(schema) ?? new Map<string, Entry>();
    bySchema.set(schema, texts);
    return texts;
  };
  const evict = (entry: Entry): void => {
    entries.delete(entry);
    textsOf(entry.schema).delete(entry.text);
    characters -= entry.text.length;
  };
  return {
    get(text, schema) {
      const entry = bySchema.get(schema)?.get(text);
      if (entry === undefined) return undefined;
      entries.delete(entry);
      entries.add(entry);
      return entry.filter;
    },
    keep(text, schema, filter) {
      const entry: Entry = { text, schema, filter };
      textsOf(schema).set(text, entry);
      entries.add(entry);
      characters += text.length;
      for (const oldest of entries) {
        if (characters <= mostCharacters) break;
        evict(oldest);
      }
      return filter;
    },
  };
}
