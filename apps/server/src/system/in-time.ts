/** Milliseconds that a part of the server has to answer in. */
const PATIENCE = 3_000;

/** The answer of a part of the server. Rejects if it does not come in time: nobody is to hang with what hangs. */
export async function inTime<T>(run: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE} ms`)), PATIENCE);
  });
  try {
    return await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}
