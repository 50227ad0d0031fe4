/** The shared memory of the writes of one store. */
export interface PartMemory {
  /** Waits for a buffer, first come, first served. @throws the reason of the signal. */
  take(bytes: number, signal: AbortSignal): Promise<Buffer>;
  /** Returns a buffer, once, when no request reads it any more. */
  giveBack(buffer: Buffer): void;
  /** Whether a caller waits for memory. */
  isAwaited(): boolean;
}

interface Waiting {
  readonly bytes: number;
  readonly grant: () => void;
  readonly refuse: (reason: unknown) => void;
}

/**
 * A shared budget, so that memory does not grow with the number of uploads.
 * @param options.reusedBytes the size of buffers that are kept for reuse.
 */
export function createPartMemory(options: {
  readonly budgetBytes: number;
  readonly reusedBytes: number;
}): PartMemory {
  const { budgetBytes, reusedBytes } = options;
  const idle: Buffer[] = [];
  const waiting: Waiting[] = [];
  let free = budgetBytes;

  // First come, first served: a large part must not starve behind small ones.
  const serve = () => {
    for (let first = waiting[0]; first && first.bytes <= free; first = waiting[0]) {
      waiting.shift();
      free -= first.bytes;
      first.grant();
    }
  };
  const make = (bytes: number) =>
    (bytes === reusedBytes ? idle.pop() : undefined) ?? Buffer.allocUnsafeSlow(bytes);

  return {
    async take(bytes, signal) {
      signal.throwIfAborted();
      if (bytes > budgetBytes) throw new RangeError(`${bytes} bytes exceed the budget of all writes`);
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          entry.refuse(signal.reason);
          serve();
        };
        const grant = () => {
          signal.removeEventListener('abort', onAbort);
          resolve(make(bytes));
        };
        const entry: Waiting = { bytes, grant, refuse: reject };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.push(entry);
        serve();
      });
    },
    giveBack(buffer) {
      free += buffer.byteLength;
      if (buffer.byteLength === reusedBytes) idle.push(buffer);
      serve();
    },
    isAwaited: () => waiting.length > 0,
  };
}

/** The share of the budget for small content. */
const smallShare = 1 / 8;
const smallBytes = 2 ** 20;

/** Small content has its own share, so it never waits for large content from slow senders. */
export function createSharedMemory(options: {
  readonly budgetBytes: number;
  readonly reusedBytes: number;
}): PartMemory {
  const share = Math.floor(options.budgetBytes * smallShare);
  const small = createPartMemory({ budgetBytes: share, reusedBytes: smallBytes });
  const large = createPartMemory({ ...options, budgetBytes: options.budgetBytes - share });
  const laneOf = (bytes: number) => (bytes <= Math.min(smallBytes, share) ? small : large);
  return {
    take: (bytes, signal) => laneOf(bytes).take(bytes, signal),
    giveBack: (buffer) => laneOf(buffer.byteLength).giveBack(buffer),
    isAwaited: () => small.isAwaited() || large.isAwaited(),
  };
}
