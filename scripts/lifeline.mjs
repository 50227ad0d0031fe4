// scripts/run.mjs preloads this file into its child. The child leads its own process group, so that one Ctrl-C reaches
// it once. If the launcher is killed, the child kills its group, so that no process stays behind.

import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.channel) {
  process.execArgv = [];
  process.on('disconnect', () => {
    try {
      process.kill(-process.pid, 'SIGKILL');
    } catch {
      process.kill(process.pid, 'SIGKILL');
    }
  });
  process.channel.unref();
}
