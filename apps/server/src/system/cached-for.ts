/** Milliseconds that figures are good for: a sum over all rows is not for every scrape. */
const GOOD_FOR = 15_000;

/** Asks at most once in a time, and gives undefined where the answer fails. */
export function cachedFor<T>(ask: () => Promise<T>, goodFor = GOOD_FOR): () => Promise<T | undefined> {
  let asked = Number.NEGATIVE_INFINITY;
  let answer: Promise<T | undefined> = Promise.resolve(undefined);
  return () => {
    if (performance.now() - asked >= goodFor) {
      asked = performance.now();
      answer = ask().catch(() => {
        asked = Number.NEGATIVE_INFINITY;
        return undefined;
      });
    }
    return answer;
  };
}
