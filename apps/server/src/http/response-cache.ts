import type { Actor } from '@modelbox/domain';
import { LRUCache } from 'lru-cache';
import type { RouteView } from '../access/views.ts';
import { redactedFor } from '../protocol/cross-namespace.ts';
import type { Located } from '../protocol/located.ts';
import type { Answered } from '../protocol/verb.ts';

/** An answer ready to be sent. */
export interface EncodedAnswer {
  readonly body: string | Buffer;
  readonly etag: string | undefined;
}

/** And to whom it may be given. */
interface KeptAnswer extends EncodedAnswer {
  readonly foreign: Answered['crossNamespace'] | undefined;
}

/** Keeps encoded answers that show one object and nothing else, as long as the object has the cache tag they were made at. */
export interface Memory {
  find(route: string, object: Located, actor: Actor): EncodedAnswer | undefined;
  keep(route: string, object: Located, actor: Actor, answer: KeptAnswer): void;
}

/** UTF-16 code units of all answers kept, and of one at most. */
const CAPACITY = 32 * 2 ** 20;
const LARGEST = 256 * 2 ** 10;
/** Milliseconds: far less than the shortest `MODELBOX_CHANGES_RETENTION`, after which the changes of cache tags are pruned. */
const AGE = 600_000;

/**
 * A memory of answers. The cache tag comes from the database with every request, so an answer is never older than the
 * request: what is saved is reading, forming and encoding the object again. The cache tag is read before the object is: an
 * answer may show more than its cache tag says, and is then made anew at the next request, but never less.
 *
 * Only whole answers are kept, and given to those who may see all that they show of other namespaces.
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
      return redactedFor(actor, answer.foreign).length > 0 ? undefined : answer;
    },
    keep(route, object, actor, answer) {
      if (object.cacheTag === null || object.deletedAt !== null) return;
      if (redactedFor(actor, answer.foreign).length > 0) return;
      answers.set(keyOf(route, object), { ...answer, cacheTag: object.cacheTag });
    },
  };
}

/** A memory that keeps and finds a route's answers only for callers who see everything in them. */
export const wholeOnly = (memory: Memory, view: RouteView): Memory => ({
  find: (route, object, actor) =>
    view.showsAll(actor, object.namespace) ? memory.find(route, object, actor) : undefined,
  keep: (route, object, actor, answer) => {
    if (view.showsAll(actor, object.namespace)) memory.keep(route, object, actor, answer);
  },
});
