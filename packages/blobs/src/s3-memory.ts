/** What the writes of one store may hold in memory together. */
export interface PartMemory {
  /** Waits its turn, in order of asking. @throws the signal's reason. */
  take(bytes: number, signal: AbortSignal): Promise<Buffer>;
  /** Each buffer once, when no request reads it any more. */
  giveBack(buffer: Buffer): void;
  /** Whether somebody waits for what others hold. */
  isAwaited(): boolean;
}

interface Waiting {
  readonly bytes: number;
  readonly grant: () => void;
  readonly refuse: (reason: unknown) => void;
}

/**
 * One budget for all uploads, so that memory does not grow with their number.
 * @param options.reusedBytes Buffers of this size are kept for the next who asks.
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
      if (bytes > budgetBytes) throw new RangeError(`${bytes} bytes are more than the budget of all writes`);
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

/** As much of the budget as is for small content alone. */
const smallShare = 1 / 8;
const smallBytes = 2 ** 20;

/** Small content has a share of its own: it never waits for large content whose senders are slow. */
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
