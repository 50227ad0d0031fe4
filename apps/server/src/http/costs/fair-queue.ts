import { waitForPlace } from '../wait-for-place.ts';

/** Bounds of running and waiting requests. */
export interface QueueBounds {
  /** Most running requests: in all, of one caller and in one namespace. */
  readonly total: number;
  readonly perCaller: number;
  readonly perNamespace: number;
  /** Requests that run of all callers with much recent cost. */
  readonly heavy: number;
  /** Most waiting requests: in all and of one caller. Requests that wait without a bound do not count. */
  readonly mostWaiting: number;
  readonly mostWaitingPerCaller: number;
}

export interface Asked {
  readonly caller: string;
  readonly namespaces: readonly string[];
  /** Whether the caller has caused much cost lately. */
  readonly isHeavy: () => boolean;
  /** Longest wait in milliseconds. If infinite, the answer has begun, and no other request may end it. */
  readonly wait: number;
  readonly signal: AbortSignal;
}

/**
 * A request got no place. `caller`: requests of the same caller use the places. `server`: requests of other callers do.
 */
export class QueueFull extends Error {
  readonly reason: 'caller' | 'server';

  constructor(reason: 'caller' | 'server') {
    super(`no place for a costly request: ${reason}`);
    this.name = 'QueueFull';
    this.reason = reason;
  }
}

interface Waiting {
  readonly asked: Asked;
  readonly start: (leave: () => void) => void;
  readonly giveUp: (error: unknown) => void;
}

export interface FairQueue {
  /**
   * Waits for a place; returns the function that frees it. Callers take turns, whatever the number of their waiting
   * requests.
   * @throws QueueFull, or the reason of the signal.
   */
  enter(asked: Asked): Promise<() => void>;
  readonly running: number;
  readonly waiting: number;
}

const isBounded = ({ asked }: Waiting): boolean => Number.isFinite(asked.wait);

export function fairQueue(bounds: QueueBounds): FairQueue {
  const byCaller = new Map<string, number>();
  const byNamespace = new Map<string, number>();
  /** In the order of turns: a caller that was served moves to the end. */
  const lines = new Map<string, Waiting[]>();
  const running = new Set<Asked>();
  let waiting = 0;

  const add = (counts: Map<string, number>, key: string, by: 1 | -1): void => {
    const count = (counts.get(key) ?? 0) + by;
    if (count === 0) counts.delete(key);
    else counts.set(key, count);
  };

  const isCallerFull = ({ caller }: Asked): boolean => (byCaller.get(caller) ?? 0) >= bounds.perCaller;

  /** A caller may have become heavy since its request began. */
  const countHeavy = (): number => [...running].filter(({ isHeavy }) => isHeavy()).length;

  function fits(asked: Asked): boolean {
    if (running.size >= bounds.total || isCallerFull(asked)) return false;
    if (asked.namespaces.some((namespace) => (byNamespace.get(namespace) ?? 0) >= bounds.perNamespace))
      return false;
    return !asked.isHeavy() || countHeavy() < bounds.heavy;
  }

  function take(asked: Asked): () => void {
    const namespaces = [...new Set(asked.namespaces)];
    const count = (by: 1 | -1) => {
      if (by === 1) running.add(asked);
      else running.delete(asked);
      add(byCaller, asked.caller, by);
      for (const namespace of namespaces) add(byNamespace, namespace, by);
    };
    count(1);
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      count(-1);
      serve();
    };
  }

  function serve(): void {
    for (let isMore = true; isMore && running.size < bounds.total; ) isMore = serveNext();
  }

  /** Starts one request that fits; false if there is none. */
  function serveNext(): boolean {
    for (const [caller, line] of lines) {
      const index = line.findIndex(({ asked }) => fits(asked));
      const [next] = index < 0 ? [] : line.splice(index, 1);
      if (next === undefined) continue;
      waiting -= 1;
      lines.delete(caller);
      if (line.length > 0) lines.set(caller, line);
      next.start(take(next.asked));
      return true;
    }
    return false;
  }

  function remove(entry: Waiting): void {
    const { caller } = entry.asked;
    const line = lines.get(caller);
    const index = line?.indexOf(entry) ?? -1;
    if (line === undefined || index < 0) return;
    line.splice(index, 1);
    waiting -= 1;
    if (line.length === 0) lines.delete(caller);
  }

  /** @throws QueueFull if too many requests with a bounded wait are waiting. */
  function demandRoom(line: readonly Waiting[]): void {
    const own = line.filter(isBounded).length;
    if (own >= bounds.mostWaitingPerCaller) throw new QueueFull('caller');
    if (waiting < bounds.mostWaiting) return;
    const all = [...lines.values()].map((each) => each.filter(isBounded));
    if (all.reduce((sum, { length }) => sum + length, 0) >= bounds.mostWaiting) makeRoom(all, own);
  }

  /**
   * Refuses the last request of the caller with the most waiting ones, so that no crowd keeps others out.
   * @throws QueueFull if the new caller has as many waiting.
   */
  function makeRoom(all: readonly (readonly Waiting[])[], own: number): void {
    const longest = all.reduce((most, line) => (line.length > most.length ? line : most), []);
    if (longest.length <= own + 1) throw new QueueFull('server');
    longest.at(-1)?.giveUp(new QueueFull('caller'));
  }

  const whyNot = (asked: Asked): QueueFull => new QueueFull(isCallerFull(asked) ? 'caller' : 'server');

  async function wait(asked: Asked): Promise<() => void> {
    const { signal } = asked;
    const line = lines.get(asked.caller) ?? [];
    if (Number.isFinite(asked.wait)) demandRoom(line);
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    const giveUp = (error: unknown) => {
      remove(entry);
      reject(error);
    };
    const entry: Waiting = { asked, start: resolve, giveUp };
    line.push(entry);
    lines.set(asked.caller, line);
    waiting += 1;
    return waitForPlace(promise, {
      wait: asked.wait,
      gone: signal,
      onLate: () => giveUp(whyNot(asked)),
      onGone: () => giveUp(signal.reason),
    });
  }

  return {
    async enter(asked) {
      asked.signal.throwIfAborted();
      // Earlier requests of the caller go first.
      if (!lines.has(asked.caller) && fits(asked)) return take(asked);
      return wait(asked);
    },
    get running() {
      return running.size;
    },
    get waiting() {
      return waiting;
    },
  };
}
