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
  /** Changes got their place in the feed: policies look at them. */
  readonly sequenced: Bell;
}

export const createBells = (): Bells => ({
  completed: createBell(),
  abandoned: createBell(),
  sequenced: createBell(),
});
