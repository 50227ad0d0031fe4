// A lock between processes: a file that names its owner. Another process takes over the lock of a dead owner.

import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 100;

/**
 * Runs `work` with the lock at `path`. Calls `onWait` once if another process has the lock.
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
    // Linking is atomic: the lock file always contains the process id of its owner.
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

/**
 * Only one process at a time may remove a stale lock. Otherwise a slow process could remove the lock that another one
 * has just taken.
 */
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
    // EPERM: the owner is alive and belongs to another user. ENOENT: the lock was just released, and the caller
    // retries.
    return error.code !== 'ESRCH';
  }
}
