/** Milliseconds for which figures are cached: a sum over all rows is too expensive for every scrape. */
const GOOD_FOR = 15_000;

/** Calls `ask` at most once in `goodFor` milliseconds. Returns undefined after a failure, which is not cached. */
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
