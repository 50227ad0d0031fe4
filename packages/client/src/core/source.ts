/** A source in the form that uploads read. */
export interface Source {
  /** Whether the source can be read again, so that a failed upload can be retried. */
  readonly again: boolean;
  /** Opens the source from the start. Allocates nothing before the first chunk is read. */
  open(): Promise<Opened>;
  /** Present if any range can be read, any number of times. */
  readonly parts?: PartSource;
}

export interface Opened {
  /** The size in bytes. Undefined if unknown. */
  readonly size: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Throws `ModelBoxError` if the content has changed since the start. Absent if it cannot change. */
  readonly unchanged?: () => Promise<void>;
}

export interface PartSource {
  size(): Promise<number>;
  /**
   * Reads `length` bytes from `offset`, and fails if there are fewer. `passing`: the chunk is reused when the next
   * one is read.
   */
  read(offset: number, length: number, passing?: 'passing'): AsyncIterable<Uint8Array>;
  /** A value that changes if the content may have changed. Undefined for content that cannot change. */
  fingerprint(): Promise<string | undefined>;
}
