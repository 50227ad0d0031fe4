// Runs one child process to its end. Each signal reaches the child exactly once, and no child outlives this process.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A Ctrl-C arrives from the terminal and again from npm. Two signals within this time count as one. */
const SAME_SIGNAL_MS = 1000;
const ORPHAN_POLL_MS = 500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const ownGroup = process.platform !== 'win32';
// If npm is killed by SIGKILL, this process gets no signal, but its parent id changes.
const parent = process.env.npm_lifecycle_event ? process.ppid : 0;

/**
 * @param {string} file program to run
 * @param {string[]} args
 * @param {{env?: NodeJS.ProcessEnv, cwd?: string, capture?: boolean, ipc?: boolean, signalGroup?: boolean}} options
 *   capture: collect output instead of showing it; ipc: open the channel that lifeline.mjs watches; signalGroup: signal
 *   the child's whole process group, for tools that do not pass signals on
 * @returns {Promise<{code: number, signalled: number, output: string}>} code: exit code as a shell reports it;
 *   signalled: 0, or the exit code for the forwarded signal
 */
export function runChild(file, args, { capture = false, ipc = false, signalGroup = false, ...rest } = {}) {
  const out = capture ? 'pipe' : 'inherit';
  const child = spawn(file, args, {
    ...rest,
    detached: ownGroup,
    windowsHide: true,
    stdio: ['ignore', out, out, ...(ipc ? ['ipc'] : [])],
  });
  const chunks = [];
  child.stdout?.on('data', (chunk) => chunks.push(chunk));
  child.stderr?.on('data', (chunk) => chunks.push(chunk));

  let signalled = 0;
  let lastSignal = 0;
  const forward = (signal) => {
    const now = Date.now();
    if (now - lastSignal < SAME_SIGNAL_MS) return;
    lastSignal = now;
    signalled = 128 + constants.signals[signal];
    // A closed terminal asks for the same orderly end as SIGTERM.
    const sent = signal === 'SIGHUP' ? 'SIGTERM' : signal;
    try {
      process.kill(signalGroup && ownGroup ? -child.pid : child.pid, sent);
    } catch {
      // The child has ended; its `close` event follows.
    }
  };
  for (const signal of SIGNALS) process.on(signal, forward);
  const orphanPoll = setInterval(() => {
    if (parent && process.ppid !== parent) forward('SIGTERM');
  }, ORPHAN_POLL_MS);

  return new Promise((resolve, reject) => {
    child.on('error', reject);
    // `close` comes after all output was read, unlike `exit`.
    child.on('close', (code, signal) => {
      const status = signal ? 128 + constants.signals[signal] : code;
      resolve({ code: status ?? 1, signalled, output: Buffer.concat(chunks).toString() });
    });
  }).finally(() => {
    clearInterval(orphanPoll);
    for (const signal of SIGNALS) process.off(signal, forward);
  });
}
