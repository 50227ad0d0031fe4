/** Tells work beside the requests, in this server, that there is something to do; other servers find it by looking. */
export interface Bell {
  ring(): void;
  onRing(wake: () => void): void;
}

function createBell(): Bell {
  const listeners: (() => void)[] = [];
  return {
    ring: () => {
      for (const wake of listeners) wake();
    },
    onRing: (wake) => void listeners.push(wake),
  };
}

/** The bells of one server. */
export interface Bells {
  /** An upload was completed: its content is to be verified. */
  readonly completed: Bell;
  /** An upload was given up: its parts are to be removed. */
  readonly abandoned: Bell;
  /** Content was marked as damaged, or the mark was taken away: the states of its files follow. */
  readonly marked: Bell;
  /** A reader got other bytes than were stored: somebody has to look again. */
  readonly suspected: Bell;
  /** Changes got their place in the feed: policies look at them. */
  readonly sequenced: Bell;
}

export const createBells = (): Bells => ({
  completed: createBell(),
  abandoned: createBell(),
  marked: createBell(),
  suspected: createBell(),
  sequenced: createBell(),
});
