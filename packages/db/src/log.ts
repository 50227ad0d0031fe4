/** What this package needs of a logger; a pino logger fits. Details first, then the message. */
export interface Log {
  info: (details: object, message: string) => void;
  warn: (details: object, message: string) => void;
  error: (details: object, message: string) => void;
}

/** Says nothing: for tests and tools. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
