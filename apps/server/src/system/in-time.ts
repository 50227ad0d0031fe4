const PATIENCE = 3_000;

/**
 * Returns the answer of a part of the server, or rejects after `PATIENCE` milliseconds, so that a hanging part blocks
 * nobody.
 * @param run gets a signal that aborts when nobody waits any more.
 */
export async function inTime<T>(run: (late: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const isLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`no answer within ${PATIENCE} ms`);
      late.abort(error);
      reject(error);
    }, PATIENCE);
  });
  try {
    return await Promise.race([run(late.signal), isLate]);
  } finally {
    clearTimeout(timer);
  }
}
