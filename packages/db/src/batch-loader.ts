interface Waiting<K, V> {
  readonly key: K;
  readonly resolve: (value: V) => void;
  readonly reject: (error: unknown) => void;
}

/** The concurrent round trips for one kind of key, and the keys in each. */
const CONCURRENCY = 2;
const MOST = 200;

/** Milliseconds after which a round trip no longer counts, so that two hanging connections do not block every load. */
const PATIENCE = 1_000;

/**
 * Turns a loader of many keys into a loader of one key. Keys that callers request in the same turn of the event loop,
 * or while all round trips are busy, share a round trip. A load starts after the call, so no answer is older than its
 * call.
 * @param load returns the values in the order of the keys. If it fails, all its keys fail.
 */
export function batchLoader<K, V>(load: (keys: K[]) => Promise<V[]>): (key: K) => Promise<V> {
  const waiting: Waiting<K, V>[] = [];
  let running = 0;
  let scheduled = false;

  const schedule = () => {
    if (scheduled || running >= CONCURRENCY || waiting.length === 0) return;
    scheduled = true;
    setImmediate(() => void run());
  };
  const run = async () => {
    scheduled = false;
    const batch = waiting.splice(0, MOST);
    running++;
    let isCounted = true;
    const leave = () => {
      if (!isCounted) return;
      isCounted = false;
      running--;
      schedule();
    };
    const timer = setTimeout(leave, PATIENCE);
    schedule();
    try {
      const values = await load(batch.map(({ key }) => key));
      for (const [index, { resolve }] of batch.entries()) resolve(values[index] as V);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      clearTimeout(timer);
      leave();
    }
  };
  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      schedule();
    });
}
