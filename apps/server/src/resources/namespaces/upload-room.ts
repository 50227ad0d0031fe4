import type { Database } from '@modelbox/db';
import { pathsAbove } from '@modelbox/domain';
import type { RequestContext } from '../../protocol/context.ts';
import { heldUnder, type QuotaAbove, quotaExceeded, quotasAbove } from './quota.ts';

/** Bytes that a chunked upload may receive without room: the server may already store this content. */
const SMALL = 65_536;

/** A chunked upload reads the quotas from the database each time that it received this many bytes. */
const STEP = 16 * 1024 * 1024;

/** The uploads of one file that run now. The content that they replace is subtracted once. */
interface SameFile {
  uploads: number;
  bytes: number;
  replaced: number;
}

/** The uploads that this process receives now. */
interface UnderWay {
  /** The bytes that they need, by the path of each namespace at or above them. */
  readonly needed: Map<string, number>;
  readonly files: Map<string, SameFile>;
}

const byDatabase = new WeakMap<Database, UnderWay>();

function underWayOn({ db }: RequestContext): UnderWay {
  let underWay = byDatabase.get(db);
  if (underWay === undefined) {
    underWay = { needed: new Map(), files: new Map() };
    byDatabase.set(db, underWay);
  }
  return underWay;
}

export interface UploadRoom {
  /** Counts content of unknown length as it arrives, and throws 413 soon after it exceeds a quota. */
  counted<T extends AsyncIterable<Uint8Array>>(content: T): T | AsyncIterable<Uint8Array>;
  /** Call it before the commit that charges the bytes, so that nobody counts the bytes twice. */
  release(): void;
}

/** The bytes that uploads of one file need beyond the content that they replace. */
const neededBy = ({ bytes, replaced }: SameFile): number => Math.max(0, bytes - replaced);

interface Asked {
  readonly namespace: string;
  readonly objectId: string;
  readonly path: string;
  /** Bytes of the content at the path, which the upload replaces. */
  readonly replaced: number;
  /** The announced length. Without it, the bytes count as they arrive. */
  readonly length: number | undefined;
}

/**
 * Counts an upload under each quota of its namespace until `release`, or until its client disconnects.
 * @throws HttpProblem quota_exceeded: 413 if its length and other uploads under way exceed a quota
 */
export async function takeRoom(ctx: RequestContext, asked: Asked): Promise<UploadRoom> {
  const { namespace, replaced, length } = asked;
  const underWay = underWayOn(ctx);
  const above = pathsAbove(namespace);
  const name = `${namespace}/${asked.objectId}/${asked.path}`;
  let quotas: QuotaAbove[] | undefined;
  let own = 0;
  let sinceRead = 0;
  let isReleased = false;

  const fileOf = () => underWay.files.get(name) ?? { uploads: 0, bytes: 0, replaced };
  const isOver = (quota: QuotaAbove, more: number) =>
    quota.held + (underWay.needed.get(quota.path) ?? 0) + more > quota.bytes;

  function change(uploads: number, bytes: number): void {
    const before = fileOf();
    const after = { uploads: before.uploads + uploads, bytes: before.bytes + bytes, replaced };
    if (after.uploads > 0) underWay.files.set(name, after);
    else underWay.files.delete(name);
    const more = neededBy(after) - neededBy(before);
    for (const path of above) {
      const needed = (underWay.needed.get(path) ?? 0) + more;
      if (needed > 0) underWay.needed.set(path, needed);
      else underWay.needed.delete(path);
    }
    own += bytes;
  }

  /** Runs `then` in the same tick in which `more` bytes fit, because other uploads begin while this one waits. */
  async function demand(more: number, then = () => {}): Promise<void> {
    let isFresh = false;
    for (;;) {
      const before = fileOf();
      const needed = neededBy({ ...before, bytes: before.bytes + more, replaced });
      if (needed === 0) return then();
      if (!isFresh) {
        quotas = await quotasAbove(ctx, namespace);
        isFresh = true;
        continue;
      }
      const added = needed - neededBy(before);
      const lacking = quotas?.find((quota) => isOver(quota, added));
      if (lacking === undefined) return then();
      if (lacking.isExact) throw exceeded(lacking, Math.min(needed, own + more), added);
      lacking.held = await heldUnder(ctx, lacking.path);
      lacking.isExact = true;
    }
  }

  function exceeded({ path, bytes, held }: QuotaAbove, asked: number, added: number) {
    const others = Math.max(0, (underWay.needed.get(path) ?? 0) + added - asked);
    return quotaExceeded(ctx, { path, quota: bytes, used: held + others, asked }, others);
  }

  function release(): void {
    if (isReleased) return;
    isReleased = true;
    ctx.signal.removeEventListener('abort', release);
    change(-1, -own);
  }

  async function* counted(content: AsyncIterable<Uint8Array>) {
    for await (const chunk of content) {
      if (!isReleased) change(0, chunk.byteLength);
      sinceRead += chunk.byteLength;
      const mustRead = quotas === undefined || sinceRead > STEP || quotas.some((quota) => isOver(quota, 0));
      if (mustRead && own > SMALL) {
        sinceRead = 0;
        await demand(0);
      }
      yield chunk;
    }
  }

  if (length === undefined) change(1, 0);
  else await demand(length, () => change(1, length));
  ctx.signal.addEventListener('abort', release, { once: true });
  if (ctx.signal.aborted) release();
  return { counted: (content) => (length === undefined ? counted(content) : content), release };
}
