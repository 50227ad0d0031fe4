/** The logger that this package needs; a pino logger fits. Details first, then the message. */
export interface Log {
  info: (details: object, message: string) => void;
  warn: (details: object, message: string) => void;
  error: (details: object, message: string) => void;
}

/** A silent logger for tests and tools. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
