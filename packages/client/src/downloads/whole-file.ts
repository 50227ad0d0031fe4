/** A stored file, as it is fetched whole. */
export interface WholeFile {
  /** What a message calls it: `The download of a.bin`. */
  readonly what: string;
  readonly sizeBytes: number;
  /** In lower-case hex. */
  readonly sha256: string;
  /** `length` bytes from `offset` on. They go on by themselves where a connection breaks off. */
  readonly open: (
    offset: number,
    length: number,
    signal: AbortSignal | undefined,
  ) => Promise<AsyncIterable<Uint8Array>>;
}
