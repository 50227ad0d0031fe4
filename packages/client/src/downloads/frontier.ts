/** The length of the gapless start of a file that is written in parts, in any order. */
export interface Frontier {
  add(part: number): void;
  /**
   * Waits until the gapless start has more than `parts` parts, and returns their number. Rejects when `signal` fires.
   */
  beyond(parts: number, signal: AbortSignal): Promise<number>;
}

export function frontier(done: Iterable<number>): Frontier {
  const ahead = new Set(done);
  let reached = 0;
  let wake: (() => void) | undefined;
  const advance = () => {
    while (ahead.delete(reached)) reached += 1;
    wake?.();
  };
  advance();
  return {
    add(part) {
      ahead.add(part);
      advance();
    },
    async beyond(parts, signal) {
      while (reached <= parts) {
        signal.throwIfAborted();
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener('abort', wake);
        });
        if (wake) signal.removeEventListener('abort', wake);
      }
      return reached;
    },
  };
}
