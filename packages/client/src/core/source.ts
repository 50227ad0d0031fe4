/** A source in the one form that uploads read. */
export interface Source {
  /** It can be read again from the start, so that a failed upload can be tried again. */
  readonly again: boolean;
  /** Begins anew. Nothing is held until the first chunk is asked for. */
  open(): Promise<Opened>;
  /** Where any part can be read by itself, as often as it is asked for. */
  readonly parts?: PartSource;
}

export interface Opened {
  /** In bytes; undefined where it is not known beforehand. */
  readonly size: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Throws `ModelBoxError` if the content is not what it was at the start. Absent if it cannot change. */
  readonly unchanged?: () => Promise<void>;
}

export interface PartSource {
  size(): Promise<number>;
  /** `length` bytes from `offset` on. Fails where there are fewer. `passing`: a chunk is done with when the next comes. */
  read(offset: number, length: number, passing?: 'passing'): AsyncIterable<Uint8Array>;
  /** Differs when the content may have; undefined of content that cannot change. */
  fingerprint(): Promise<string | undefined>;
}
