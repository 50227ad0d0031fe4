/** Milliseconds that a part of the server has to answer in. */
const PATIENCE = 3_000;

/**
 * The answer of a part of the server. Rejects if it does not come in time: nobody is to hang with what hangs.
 * @param run is told by the signal when nobody waits any more.
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
