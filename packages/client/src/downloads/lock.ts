import { ModelBoxError } from '../core/errors.ts';
import { idempotencyKey } from '../core/idempotency-key.ts';
import { nodeModule } from '../core/node.ts';

const NEED = 'Writing a file';
/** A holder touches its lock this often, */
const BEAT_MS = 10_000;
/** and one that has not for so long is gone, wherever it ran. */
const GONE_MS = 60_000;

interface Holder {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
}

/** The tokens of this process's own locks: a process started later may have the number of one that was killed. */
const ours = new Set<string>();

/**
 * Holds the lock at `path` while it works, so that no two calls write the same file, whatever process they are in. A
 * lock that a kill left is taken over. Throws `ModelBoxError` where another call holds it.
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
      throw new ModelBoxError(`${what} is under way in another call${by}, which holds the lock ${path}`);
    }
    await takeAway(path, found, me);
  }
}

/** Undefined where it was given back just now. What can never be read is not waited for. */
function ifMissing(error: unknown, path: string): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
  throw new ModelBoxError(`The lock ${path} cannot be read`, { cause: error });
}

/** Removes the lock that was found. Of several that found it one does, and none removes what the next holder wrote. */
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
    // Of another user it may not be asked.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Undefined where a kill came before it was written. */
function holderOf(text: string): Holder | undefined {
  try {
    const { token, pid, host } = JSON.parse(text) as Holder;
    return { token, pid, host };
  } catch {
    return undefined;
  }
}
