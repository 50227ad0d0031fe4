import type { FileHandle } from 'node:fs/promises';
import type { Journal } from './journal.ts';

/** Brings parts to disk, and then tells of them in the journal. */
export interface Commit {
  /** Done when the part is on disk. What comes while the disk is busy shares the next turn. */
  readonly add: (part: number) => Promise<void>;
  /** Waits for all that was added. */
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
    // Only what is on disk may be told of: power that fails must not leave a journal that lies.
    await content.datasync();
    await journal.add(parts);
  };
  return {
    add(part) {
      waiting.push(part);
      if (next === undefined) {
        next = turn();
        last = next;
        // Who added the parts is told, be it later.
        next.catch(() => {});
      }
      return next;
    },
    end: () => last,
  };
}
