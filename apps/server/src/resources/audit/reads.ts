import { LRUCache } from 'lru-cache';
import type { RequestContext } from '../../protocol/context.ts';
import type { Answered } from '../../protocol/verb.ts';
import type { Attempt } from './denials.ts';
import { type AuditEvent, storeEvent } from './events.ts';

/** Milliseconds for which what a client reads of one thing is one entry: large files are read in many ranges. */
const ONE_READ = 60_000;
/** Reads that are remembered, of each route. */
const MOST = 5_000;

/** Records that an answer gives content to a caller. */
export type RecordRead = (
  ctx: RequestContext,
  attempt: Attempt,
  params: object,
  answer: Answered,
) => Promise<void>;

/**
 * Records reads by one route, before the first byte goes out.
 * @throws where it cannot be recorded: then nothing is read.
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
      // What was opened to be read is not.
      answer.stream?.destroy();
      throw error;
    }
  };
}

/** All or a part of it, here or from the store; what the reader has already is none. */
const givesContent = ({ status }: Answered): boolean => status === 200 || status === 206 || status === 307;

function readOf(
  ctx: RequestContext,
  { route, touched }: Attempt,
  params: object,
  status: number,
): AuditEvent {
  const object = Object.values(touched)[0]?.[0];
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
