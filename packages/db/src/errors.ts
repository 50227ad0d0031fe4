/** The failure of a statement in Postgres, through `pg` or Prisma. */
export interface PostgresFailure {
  /**
   * The SQLSTATE of five characters (PostgreSQL documentation, appendix A). Functions of ModelBox raise codes of
   * their own.
   */
  code: string;
  message: string;
  /** Through Prisma, present only for codes that Prisma does not interpret. */
  detail: string | undefined;
  /** The violated constraint or unique index. */
  constraint: string | undefined;
}

/** An error, with the fields that pg, Node, Prisma and its driver adapter add. */
interface ErrorLike {
  message?: unknown;
  code?: unknown;
  severity?: unknown;
  detail?: unknown;
  constraint?: unknown;
  kind?: unknown;
  originalCode?: unknown;
  originalMessage?: unknown;
  cause?: unknown;
  errors?: unknown;
  meta?: { driverAdapterError?: unknown } | undefined;
}

/** Returns the failure in Postgres behind an error. Undefined if Postgres did not reject a statement. */
export function postgresFailure(error: unknown): PostgresFailure | undefined {
  for (const each of chain(error)) {
    // The adapter of Prisma keeps the code beside its own kind of error. pg has it as the code of an error with
    // severity.
    const code = each.originalCode ?? (typeof each.severity === 'string' ? each.code : undefined);
    if (typeof code !== 'string') continue;
    return {
      code,
      message: String(each.originalMessage ?? each.message),
      detail: typeof each.detail === 'string' ? each.detail : undefined,
      constraint: constraintName(each.constraint),
    };
  }
  return undefined;
}

/** Whether a unique constraint or index was violated: any, or the named one. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return violates(error, '23505', constraint);
}

/**
 * Whether a foreign key was violated: any, or the named one. Postgres ≥ 18 has a separate code for ON DELETE
 * RESTRICT.
 */
export function isForeignKeyViolation(error: unknown, constraint?: string): boolean {
  return violates(error, '23503', constraint) || violates(error, '23001', constraint);
}

/** Whether the transaction lost against another one and had no effect, so that a retry may succeed. */
export function isRetryable(error: unknown): boolean {
  const code = postgresFailure(error)?.code;
  if (code === '40001' || code === '40P01') return true;
  return chain(error).some((each) => each.kind === 'TransactionWriteConflict' || each.code === 'P2034');
}

/** Whether the wait for a lock of another transaction exceeded `lockTimeout` (55P03). */
export function isLockTimeout(error: unknown): boolean {
  return postgresFailure(error)?.code === '55P03';
}

/** Whether the statement exceeded `statement_timeout` (or an administrator cancelled it). */
export function isStatementTimeout(error: unknown): boolean {
  return postgresFailure(error)?.code === '57014';
}

/**
 * Whether the database is down, starting, full or not accessible: the request is valid and may succeed later (503). A
 * transaction that was committing may or may not be committed. True for any rejected or broken connection, also to
 * other servers.
 */
export function isUnavailable(error: unknown): boolean {
  const state = postgresFailure(error)?.code;
  if (state !== undefined) return unavailableStates.test(state);
  return chain(error).some(
    ({ code, kind, message }) =>
      (typeof code === 'string' && unavailableCodes.has(code)) ||
      (typeof kind === 'string' && unavailableKinds.has(kind)) ||
      (typeof message === 'string' && unavailableMessages.test(message)),
  );
}

/** Formats the reason of an error for people, on one line and without a final full stop. */
export function reasonOf(error: unknown): string {
  // A host name with several addresses fails with one error for each.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const { message, code } = first as NodeJS.ErrnoException;
  const words = message || code || 'it does not answer';
  return words.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
}

/**
 * Connection exceptions, rejected logins, missing database, read-only, transactions that took too long, out of
 * resources, shutting down or starting.
 */
const unavailableStates = /^(08...|28...|3D000|25006|25P0[34]|53...|57P0.)$/;

const unavailableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  // Prisma: login rejected, not reachable, timed out, no such database, access denied, connection closed; then no
  // free connection in time, and too many connections.
  'P1000',
  'P1001',
  'P1002',
  'P1003',
  'P1008',
  'P1010',
  'P1011',
  'P1017',
  'P2024',
  'P2037',
]);

const unavailableKinds = new Set([
  'AuthenticationFailed',
  'ConnectionClosed',
  'DatabaseAccessDenied',
  'DatabaseDoesNotExist',
  'DatabaseNotReachable',
  'SocketTimeout',
  'TlsConnectionError',
  'TooManyConnections',
]);

/** Messages of pg, its pool and the transactions of Prisma, which have no code. */
const unavailableMessages =
  /^(Connection terminated|timeout e(xceeded when trying to connect|xpired)|Client (has encountered a connection error|was closed) and is not queryable|Cannot use a pool after calling end|The server does not support SSL|There was an error establishing an SSL)|Unable to start a transaction in the given time|on an expired transaction/;

function violates(error: unknown, code: string, constraint: string | undefined): boolean {
  const failure = postgresFailure(error);
  return failure?.code === code && (constraint === undefined || failure.constraint === constraint);
}

/** pg has the name; the adapter of Prisma has an object with the name. */
function constraintName(constraint: unknown): string | undefined {
  if (typeof constraint === 'string') return constraint;
  const index = (constraint as { index?: unknown } | null | undefined)?.index;
  return typeof index === 'string' ? index : undefined;
}

/** The error and its causes, outermost first. The depth is limited against cycles. */
function chain(error: unknown, depth = 0): ErrorLike[] {
  if (typeof error !== 'object' || error === null || depth > 8) return [];
  const each = error as ErrorLike;
  // A host name with several addresses fails with one error for each.
  const parts = Array.isArray(each.errors) ? each.errors : [];
  return [
    each,
    ...[each.meta?.driverAdapterError, each.cause, ...parts].flatMap((next) => chain(next, depth + 1)),
  ];
}
