interface Waiting<K, V> {
  readonly key: K;
  readonly resolve: (value: V) => void;
  readonly reject: (error: unknown) => void;
}

/** Round trips under way at once for one kind of question, and keys in one of them. */
const LANES = 2;
const MOST = 200;

/** Milliseconds after which a round trip gives up its lane: two connections that hang must not block every question. */
const PATIENCE = 1_000;

/**
 * Turns a loader of many keys into one of a single key: keys that are asked for at the same time, or while the lanes
 * are busy, go in one round trip. A load always begins after the question was asked, so nobody is answered with a state
 * older than the question. Alone a key waits for nothing but the end of the turn of the event loop.
 * @param load gives the values in the order of the keys; when it fails, all its keys do.
 */
export function coalesce<K, V>(load: (keys: K[]) => Promise<V[]>): (key: K) => Promise<V> {
  const waiting: Waiting<K, V>[] = [];
  let running = 0;
  let scheduled = false;

  const schedule = () => {
    if (scheduled || running >= LANES || waiting.length === 0) return;
    scheduled = true;
    setImmediate(() => void run());
  };
  const run = async () => {
    scheduled = false;
    const batch = waiting.splice(0, MOST);
    running++;
    let isInLane = true;
    const leaveLane = () => {
      if (!isInLane) return;
      isInLane = false;
      running--;
      schedule();
    };
    const timer = setTimeout(leaveLane, PATIENCE);
    schedule();
    try {
      const values = await load(batch.map(({ key }) => key));
      for (const [index, { resolve }] of batch.entries()) resolve(values[index] as V);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      clearTimeout(timer);
      leaveLane();
    }
  };
  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      schedule();
    });
}
