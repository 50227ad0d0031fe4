import type { Actor } from '@modelbox/domain';
import { LRUCache } from 'lru-cache';
import type { RouteView } from '../access/views.ts';
import { redactedFor } from '../protocol/cross-namespace.ts';
import type { Located } from '../protocol/located.ts';
import type { CacheableAnswer } from '../protocol/verb.ts';

export interface EncodedAnswer {
  readonly body: string | Buffer;
  readonly etag: string | undefined;
}

interface KeptAnswer extends EncodedAnswer, Pick<CacheableAnswer, 'crossNamespace'> {}

/** Caches encoded answers that show one object, as long as the object keeps its cache tag. */
export interface Memory {
  find(route: string, object: Located, actor: Actor): EncodedAnswer | undefined;
  keep(route: string, object: Located, answer: KeptAnswer & { readonly actor: Actor }): void;
}

/** Largest total and largest single answer, in UTF-16 code units. */
const CAPACITY = 32 * 2 ** 20;
const LARGEST = 256 * 2 ** 10;
/** Milliseconds; far below the shortest `MODELBOX_CHANGES_RETENTION`, which prunes the changes behind cache tags. */
const AGE = 600_000;

/**
 * Creates a response cache. Each request reads the cache tag from the database, so an answer is never older than its
 * request; the cache saves reading and encoding the object. The tag is read before the object, so a cached answer may
 * be newer than its tag, but never older.
 *
 * Only whole answers are cached, and only callers who may see all of their parts get them.
 */
export function createMemory(): Memory {
  const answers = new LRUCache<string, KeptAnswer & { cacheTag: string }>({
    maxSize: CAPACITY,
    maxEntrySize: LARGEST,
    ttl: AGE,
    sizeCalculation: ({ body }) => body.length,
  });
  const keyOf = (route: string, { id }: Located) => `${route} ${id}`;
  return {
    find(route, object, actor) {
      if (object.cacheTag === null || object.deletedAt !== null) return undefined;
      const answer = answers.get(keyOf(route, object));
      if (answer?.cacheTag !== object.cacheTag) return undefined;
      return redactedFor(actor, answer.crossNamespace).length > 0 ? undefined : answer;
    },
    keep(route, object, { actor, ...answer }) {
      if (object.cacheTag === null || object.deletedAt !== null) return;
      if (redactedFor(actor, answer.crossNamespace).length > 0) return;
      answers.set(keyOf(route, object), { ...answer, cacheTag: object.cacheTag });
    },
  };
}

/** A cache that stores and returns a route's answers only for callers who see every field. */
export const wholeOnly = (memory: Memory, view: RouteView): Memory => ({
  find: (route, object, actor) =>
    view.showsAll(actor, object.namespace) ? memory.find(route, object, actor) : undefined,
  keep: (route, object, answer) => {
    if (view.showsAll(answer.actor, object.namespace)) memory.keep(route, object, answer);
  },
});
