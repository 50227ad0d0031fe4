/** What Postgres said of a failed statement, whether it came through `pg` or through Prisma. */
export interface PostgresFailure {
  /** SQLSTATE, five characters (PostgreSQL documentation, appendix A); functions of ours may raise their own. */
  code: string;
  message: string;
  /** Through Prisma only for codes that it gives no meaning to. */
  detail: string | undefined;
  /** The violated constraint or unique index. */
  constraint: string | undefined;
}

/** Any error, with the fields that pg, Node, Prisma and its driver adapter put on theirs. */
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

/** The database's own words about an error; undefined if the error is not from a statement that Postgres refused. */
export function postgresFailure(error: unknown): PostgresFailure | undefined {
  for (const each of chain(error)) {
    // Prisma's adapter keeps the code beside its own kind of error, pg has it as the code of an error with severity.
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

/** A unique constraint or index was violated: any, or the one named. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return violates(error, '23505', constraint);
}

/** A foreign key was violated: any, or the one named. Postgres ≥ 18 has a code of its own for ON DELETE RESTRICT. */
export function isForeignKeyViolation(error: unknown, constraint?: string): boolean {
  return violates(error, '23503', constraint) || violates(error, '23001', constraint);
}

/** The transaction lost against another and did nothing: the same again may succeed. */
export function isRetryable(error: unknown): boolean {
  const code = postgresFailure(error)?.code;
  if (code === '40001' || code === '40P01') return true;
  return chain(error).some((each) => each.kind === 'TransactionWriteConflict' || each.code === 'P2034');
}

/** Waiting for a lock that another transaction holds took longer than `lockTimeout` (55P03). */
export function isLockTimeout(error: unknown): boolean {
  return postgresFailure(error)?.code === '55P03';
}

/** The statement took longer than `statement_timeout` allows (or an administrator cancelled it). */
export function isStatementTimeout(error: unknown): boolean {
  return postgresFailure(error)?.code === '57014';
}

/**
 * The database is away, starting, full or not ours to use: nothing is wrong with the request, and it may succeed
 * later (503). Whether a transaction that was committing has been committed is not known. Says so of any refused or
 * broken connection, also of one to something else.
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

/** The words of an error for a person, without a full stop and on one line. */
export function reasonOf(error: unknown): string {
  // A host name with several addresses fails with one error for each.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const { message, code } = first as NodeJS.ErrnoException;
  const words = message || code || 'it does not answer';
  return words.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
}

/**
 * Connection exceptions, refused logins, no such database, read-only, transactions that were too long, out of
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
  // Prisma: login refused, not reachable, timed out, no such database, access denied, connection closed; then no
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

/** What pg, its pool and Prisma's transactions say without any code. */
const unavailableMessages =
  /^(Connection terminated|timeout e(xceeded when trying to connect|xpired)|Client (has encountered a connection error|was closed) and is not queryable|Cannot use a pool after calling end|The server does not support SSL|There was an error establishing an SSL)|Unable to start a transaction in the given time|on an expired transaction/;

function violates(error: unknown, code: string, constraint: string | undefined): boolean {
  const failure = postgresFailure(error);
  return failure?.code === code && (constraint === undefined || failure.constraint === constraint);
}

/** pg has the name; Prisma's adapter an object that holds it. */
function constraintName(constraint: unknown): string | undefined {
  if (typeof constraint === 'string') return constraint;
  const index = (constraint as { index?: unknown } | null | undefined)?.index;
  return typeof index === 'string' ? index : undefined;
}

/** The error and what caused it, outermost first, to a depth that no honest error has. */
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
