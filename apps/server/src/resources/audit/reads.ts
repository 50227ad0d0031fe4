import { LRUCache } from 'lru-cache';
import type { RequestContext } from '../../protocol/context.ts';
import { subjectOf } from '../../protocol/located.ts';
import type { Answered } from '../../protocol/verb.ts';
import type { Attempt } from './denials.ts';
import { type AuditEvent, storeEvent } from './events.ts';

/**
 * Milliseconds in which repeated reads of one object by a client are one entry: clients read large files in many
 * ranges.
 */
const ONE_READ = 60_000;
/** Recent reads that are cached per route. */
const MOST = 5_000;

/** Records that an answer returns content to a caller. */
export type RecordRead = (
  ctx: RequestContext,
  attempt: Attempt,
  params: object,
  answer: Answered,
) => Promise<void>;

/**
 * Makes a recorder for the reads of one route. It records a read before the first byte is sent.
 * @throws if the read cannot be recorded; then no content is sent
 */
export function recordReads(): RecordRead {
  const recent = new LRUCache<string, { readonly at: number; readonly stored: Promise<void> }>({ max: MOST });
  return async (ctx, attempt, params, answer) => {
    if (ctx.method !== 'GET' || !givesContent(answer)) return;
    const event = readOf(ctx, attempt, params, answer.status);
    const { actor, tokenId, address, kind, objectId, namespace, name } = event;
    const key = JSON.stringify([actor, tokenId, address, kind, objectId, namespace, name]);
    const at = event.at.getTime();
    const last = recent.get(key);
    const isSame = last !== undefined && at - last.at < ONE_READ;
    const stored = isSame ? last.stored : storeEvent(ctx.db.audit, event);
    if (!isSame) recent.set(key, { at, stored });
    try {
      await stored;
    } catch (error) {
      recent.delete(key);
      // The content was already opened.
      answer.stream?.destroy();
      throw error;
    }
  };
}

/** Whether the answer returns content: whole, a range, or a redirect to the store. 304 returns none. */
const givesContent = ({ status }: Answered): boolean => status === 200 || status === 206 || status === 307;

function readOf(
  ctx: RequestContext,
  { route, touched }: Attempt,
  params: object,
  status: number,
): AuditEvent {
  const object = subjectOf(route, touched);
  const path = 'path' in params && typeof params.path === 'string' ? params.path : undefined;
  return {
    outcome: 'read',
    at: ctx.now(),
    actor: ctx.actor.name,
    tokenId: ctx.actor.tokenId ?? null,
    hash: null,
    address: ctx.address,
    requestId: ctx.requestId,
    method: ctx.method,
    route: route.id,
    status,
    permission: null,
    kind: object?.kind ?? null,
    objectId: object?.id ?? null,
    namespace: object?.namespace ?? null,
    name: (path ?? object?.name) || null,
    detail: null,
  };
}
