import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config/config.ts';

/**
 * Members that never appear in a log line, even if code logs them by mistake. Every line pays for this search, so the
 * list is short and has no wildcards. Request logs contain method, path and status, never headers or bodies.
 */
const SECRETS = ['authorization', 'token', 'password', 'secret', 'databaseUrl', 'headers', 'err.config'];

/** Pino writes lines in chunks of this size (bytes), and at least every `FLUSH_EVERY` milliseconds. */
const CHUNK = 65_536;
const FLUSH_EVERY = 200;

/** Writes JSON lines, or readable lines on a terminal. Pino writes its buffer when the process ends. */
export function createLog(
  { logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>,
  isTerminal: boolean,
): Logger {
  const options = { level: logLevel, redact: { paths: SECRETS, censor: '[redacted]' }, base: null };
  if (logFormat === 'pretty' || (logFormat === 'auto' && isTerminal)) {
    return pino(options, pretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', sync: true }));
  }
  return pino(
    options,
    pino.destination({ sync: false, minLength: CHUNK, maxWrite: 2 * CHUNK, periodicFlush: FLUSH_EVERY }),
  );
}
