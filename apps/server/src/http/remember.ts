import { LRUCache } from 'lru-cache';
import type { Located } from '../objects/located.ts';

/** An answer ready to be sent. */
export interface EncodedAnswer {
  readonly body: string;
  readonly etag: string | undefined;
}

/** Keeps encoded answers that show one object and nothing else, as long as the object has the stamp they were made at. */
export interface Memory {
  find(route: string, object: Located): EncodedAnswer | undefined;
  keep(route: string, object: Located, answer: EncodedAnswer): void;
}

/** UTF-16 code units of all answers kept, and of one at most. */
const CAPACITY = 32 * 2 ** 20;
const LARGEST = 256 * 2 ** 10;
/** Milliseconds; long before anybody prunes the changes that stamps come from. */
const AGE = 600_000;

/**
 * A memory of answers. The stamp comes from the database with every request, so an answer is never older than the
 * request: what is saved is reading, forming and encoding the object again. The stamp is read before the object is: an
 * answer may show more than its stamp says, and is then made anew at the next request, but never less.
 */
export function createMemory(): Memory {
  const answers = new LRUCache<string, EncodedAnswer & { stamp: string }>({
    maxSize: CAPACITY,
    maxEntrySize: LARGEST,
    ttl: AGE,
    sizeCalculation: ({ body }) => body.length,
  });
  const keyOf = (route: string, { id }: Located) => `${route} ${id}`;
  return {
    find(route, object) {
      if (object.stamp === null || object.deletedAt !== null) return undefined;
      const answer = answers.get(keyOf(route, object));
      return answer?.stamp === object.stamp ? answer : undefined;
    },
    keep(route, object, answer) {
      if (object.stamp === null || object.deletedAt !== null) return;
      answers.set(keyOf(route, object), { ...answer, stamp: object.stamp });
    },
  };
}
