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

export interface Wakeups {
  /** An upload was completed: verify its content. */
  readonly completed: Wakeup;
  /** An upload was aborted: remove its parts. */
  readonly abandoned: Wakeup;
  /** The damage mark of content changed: update the states of its files. */
  readonly marked: Wakeup;
  /** A reader got unexpected bytes: read the copy again. */
  readonly suspected: Wakeup;
  /** Changes got their position in the feed: policies process them. */
  readonly sequenced: Wakeup;
}

export const createWakeups = (): Wakeups => ({
  completed: createWakeup(),
  abandoned: createWakeup(),
  marked: createWakeup(),
  suspected: createWakeup(),
  sequenced: createWakeup(),
});
