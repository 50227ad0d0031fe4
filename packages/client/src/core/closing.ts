/** The closed state of the client, with listeners. An `AbortSignal` would make Node warn about many listeners. */
export interface Closing {
  readonly closed: boolean;
  close(): void;
  /** Calls `listener` when the client closes. Returns a function that removes the listener. */
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
