import { ModelBoxError } from '../core/errors.ts';
import { idempotencyKey } from '../core/idempotency-key.ts';
import { nodeModule } from '../core/node.ts';

const NEED = 'Writing a file';
/** The interval in milliseconds in which the owner touches its lock. */
const BEAT_MS = 10_000;
/** The time in milliseconds without a touch after which the owner counts as dead, on whichever machine it runs. */
const GONE_MS = 60_000;

interface Holder {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
}

/** The tokens of the locks of this process. A later process may have the process id of a killed one. */
const ours = new Set<string>();

/**
 * Runs `work` under the lock at `path`, so that no two calls in any process write the same file. Takes over the lock
 * of a killed process. Throws `ModelBoxError` if another call has the lock.
 */
export async function whileLocked<T>(path: string, what: string, work: () => Promise<T>): Promise<T> {
  const fs = nodeModule('fs/promises', NEED);
  const host = nodeModule('os', NEED).hostname();
  const me: Holder = { token: idempotencyKey(), pid: globalThis.process.pid, host };
  ours.add(me.token);
  try {
    await take(path, me, what);
    const beat = setInterval(() => {
      const now = new Date();
      fs.utimes(path, now, now).catch(() => {});
    }, BEAT_MS);
    beat.unref();
    try {
      return await work();
    } finally {
      clearInterval(beat);
      await fs.rm(path, { force: true });
    }
  } finally {
    ours.delete(me.token);
  }
}

async function take(path: string, me: Holder, what: string): Promise<void> {
  const fs = nodeModule('fs/promises', NEED);
  for (;;) {
    try {
      return await fs.writeFile(path, JSON.stringify(me), { flag: 'wx' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const failed = (error: unknown) => ifMissing(error, path);
    const found = await fs.readFile(path, 'utf8').catch(failed);
    const touched = (await fs.stat(path).catch(failed))?.mtimeMs;
    if (found === undefined || touched === undefined) continue;
    const holder = holderOf(found);
    if (!isGone(holder, me, Date.now() - touched)) {
      const by = holder ? ` (process ${holder.pid} on ${holder.host})` : '';
      throw new ModelBoxError(
        `${what} is under way in another call${by}, which has the lock ${path}; wait until it ends`,
      );
    }
    await takeAway(path, found, me);
  }
}

/** Undefined if the lock was just released. Throws if the lock can never be read. */
function ifMissing(error: unknown, path: string): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
  throw new ModelBoxError(`The lock ${path} cannot be read`, { cause: error });
}

/** Removes a found lock. Only one of several callers succeeds, and none removes the lock of the next owner. */
async function takeAway(path: string, found: string, { token }: Holder): Promise<void> {
  const fs = nodeModule('fs/promises', NEED);
  const aside = nodeModule('path', NEED).join(path, '..', `.modelbox-${token}.lock`);
  const moved = await fs.rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await fs.readFile(aside, 'utf8')) !== found) await fs.link(aside, path).catch(() => {});
  await fs.rm(aside);
}

function isGone(holder: Holder | undefined, me: Holder, silentMs: number): boolean {
  if (silentMs > GONE_MS) return true;
  if (holder?.host !== me.host) return false;
  return holder.pid === me.pid ? !ours.has(holder.token) : !isAlive(holder.pid);
}

function isAlive(pid: number): boolean {
  try {
    return globalThis.process.kill(pid, 0);
  } catch (error) {
    // A signal to a process of another user is not permitted, so the process exists.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Undefined if the process was killed before it wrote the lock. */
function holderOf(text: string): Holder | undefined {
  try {
    const { token, pid, host } = JSON.parse(text) as Holder;
    return { token, pid, host };
  } catch {
    return undefined;
  }
}
