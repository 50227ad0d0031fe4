import type { CallOptions } from '../core/options.ts';
import type { Source } from '../core/source.ts';
import type { Uploads } from '../generated/resources/uploads.ts';
import type { SignedPart } from '../generated/schemas.ts';

/** A part of a file, as it is sent. */
export interface PartContent {
  readonly source: Source;
  readonly sizeBytes: number;
  /** In lower-case hex. */
  readonly sha256: string;
}

/** What moves an upload in parts: the client, as far as that needs it. */
export interface Carrier {
  readonly uploads: Uploads;
  /** The caller's options of each request. */
  readonly call: CallOptions;
  /** Sends a part to the server. One try. */
  putPart(upload: string, part: number, content: PartContent, moving: Moving): Promise<void>;
  /** Sends a part to the store, with nothing that is meant for the server. One try. */
  putSigned(to: SignedPart, content: PartContent, moving: Moving): Promise<void>;
  /** Waits before the next try. Throws `error` where there is to be none, after `failures` in a row. */
  wait(error: unknown, failures: number, worthIt: boolean, signal: AbortSignal): Promise<void>;
  /** Waits. Throws where the caller gives up or the client closes. */
  readonly pause: (ms: number) => Promise<void>;
}

export interface Moving {
  readonly signal: AbortSignal;
  /** Told how many bytes of this try were handed to the connection. */
  readonly onBytes: (bytes: number) => void;
}
