// A lock between processes: a file that names its owner, taken over when the owner is gone.

import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 100;

/**
 * Runs `work` while holding the lock at `path`; `onWait` is called once if another process holds it.
 * @template T
 * @param {string} path
 * @param {() => void} onWait
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, onWait, work) {
  mkdirSync(dirname(path), { recursive: true });
  for (let waited = false; !tryLock(path); waited = true) {
    if (!waited) onWait();
    await sleep(RETRY_MS);
  }
  const release = () => rmSync(path, { force: true });
  process.on('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function tryLock(path) {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, `${process.pid}\n`);
  try {
    // A link, so that the lock never exists without its owner's number in it.
    linkSync(mine, path);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!ownerIsAlive(path)) removeStale(path);
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** One process at a time, or a slow one would remove the lock that a quick one has taken since it looked. */
function removeStale(path) {
  const removing = `${path}.removing`;
  try {
    mkdirSync(removing);
  } catch {
    return;
  }
  try {
    if (!ownerIsAlive(path)) rmSync(path, { force: true });
  } finally {
    rmdirSync(removing);
  }
}

function ownerIsAlive(path) {
  try {
    process.kill(Number(readFileSync(path, 'utf8')), 0);
    return true;
  } catch (error) {
    // EPERM: alive and another user's. ENOENT: let go just now; asking again is harmless.
    return error.code !== 'ESRCH';
  }
}
