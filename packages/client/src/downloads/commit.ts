import type { FileHandle } from 'node:fs/promises';
import type { Journal } from './journal.ts';

/** Syncs parts to disk, and then records them in the journal. */
export interface Commit {
  /** Resolves when the part is on disk. Parts that arrive while the disk is busy share the next sync. */
  readonly add: (part: number) => Promise<void>;
  /** Waits for all added parts. */
  readonly end: () => Promise<void>;
}

export function commit(content: FileHandle, journal: Journal): Commit {
  let waiting: number[] = [];
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const turn = async () => {
    await last.catch(() => {});
    next = undefined;
    const parts = waiting;
    waiting = [];
    // The journal may only list synced parts: a power failure must not make it wrong.
    await content.datasync();
    await journal.add(parts);
  };
  return {
    add(part) {
      waiting.push(part);
      if (next === undefined) {
        next = turn();
        last = next;
        // The callers of `add` handle the error later.
        next.catch(() => {});
      }
      return next;
    },
    end: () => last,
  };
}
