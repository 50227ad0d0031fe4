/** A bound on how much goes on at the same time, shared by all that are handed it. First come, first served. */
export interface Slots {
  /** Does the work when there is room for it. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function slots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return {
    async run(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
