/** Starts the next round of a worker of this server at once. Workers of other servers find the work by polling. */
export interface Wakeup {
  wake(): void;
  onWake(listener: () => void): void;
}

function createWakeup(): Wakeup {
  const listeners: (() => void)[] = [];
  return {
    wake: () => {
      for (const listener of listeners) listener();
    },
    onWake: (listener) => void listeners.push(listener),
  };
}

/** The wakeups of one server. */
export interface Wakeups {
  /** An upload was completed: its content is to be verified. */
  readonly completed: Wakeup;
  /** An upload was given up: its parts are to be removed. */
  readonly abandoned: Wakeup;
  /** Content was marked as damaged, or the mark was taken away: the states of its files follow. */
  readonly marked: Wakeup;
  /** A reader got other bytes than were stored: somebody has to look again. */
  readonly suspected: Wakeup;
  /** Changes got their place in the feed: policies look at them. */
  readonly sequenced: Wakeup;
}

export const createWakeups = (): Wakeups => ({
  completed: createWakeup(),
  abandoned: createWakeup(),
  marked: createWakeup(),
  suspected: createWakeup(),
  sequenced: createWakeup(),
});
