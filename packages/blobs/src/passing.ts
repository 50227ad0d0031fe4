import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * How much content passes between two collections of the young generation. Measured with eight uploads and eight
 * downloads of 1 GiB at once: without, the peak of the process is above 400 MB, and each chunk waits for the
 * collector in memory that has to be fetched from the kernel anew; at 4 MiB it is below 300 MB at half the CPU.
 */
const everyBytes = 4 * 2 ** 20;

type Collect = (options: { readonly type: 'minor' | 'major'; readonly flavor?: 'last-resort' }) => void;

let collect: Collect | undefined;
let passed = 0;

/**
 * To be told of every chunk of content that goes through the process. A chunk is a small object with large memory
 * outside of V8's heap, which sees no need to collect it: under load hundreds of megabytes would lie dead.
 */
export function notePassing(bytes: number): void {
  passed += bytes;
  if (passed < everyBytes) return;
  passed = 0;
  if (!collect) {
    collect = collector();
    // What the start of the process left is old by now, and would be scanned each time.
    collect({ type: 'major', flavor: 'last-resort' });
  }
  collect({ type: 'minor' });
}

/** V8's own function, which it hands out only under a flag, to contexts made after it was set. */
function collector(): Collect {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('typeof gc === "function" ? gc : undefined');
  setFlagsFromString('--no-expose-gc');
  return typeof found === 'function' ? (found as Collect) : () => {};
}
