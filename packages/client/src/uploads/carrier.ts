import type { CallOptions } from '../core/options.ts';
import type { Source } from '../core/source.ts';
import type { Uploads } from '../generated/resources/uploads.ts';
import type { SignedPart } from '../generated/schemas.ts';

export interface PartContent {
  readonly source: Source;
  readonly sizeBytes: number;
  /** The SHA-256 in lower-case hex. */
  readonly sha256: string;
}

/** The functions of the client that uploads in parts need. */
export interface Carrier {
  readonly uploads: Uploads;
  /** The options of the caller for each request. */
  readonly call: CallOptions;
  /** Sends a part to the server, in one try. */
  putPart(upload: string, part: number, content: PartContent, moving: Moving): Promise<void>;
  /** Sends a part to the store, without headers for the server, in one try. */
  putSigned(to: SignedPart, content: PartContent, moving: Moving): Promise<void>;
  /** Waits before the next try. Throws `error` if no try is left after `failures` in a row. */
  wait(error: unknown, failures: number, worthIt: boolean, signal: AbortSignal): Promise<void>;
  /** Waits. Throws if the caller aborts or the client closes. */
  readonly pause: (ms: number) => Promise<void>;
}

export interface Moving {
  readonly signal: AbortSignal;
  /** Receives the number of sent bytes of this try. */
  readonly onBytes: (bytes: number) => void;
}
