/** Whether the client is closed, and whom to tell when it is. Not an `AbortSignal`: Node warns of one with many listeners. */
export interface Closing {
  readonly closed: boolean;
  close(): void;
  /** Calls `listener` at the close; gives the way to take that back. */
  onClose(listener: () => void): () => void;
}

export function closing(): Closing {
  const listeners = new Set<() => void>();
  let closed = false;
  return {
    get closed() {
      return closed;
    },
    close() {
      closed = true;
      for (const listener of listeners) listener();
    },
    onClose(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
