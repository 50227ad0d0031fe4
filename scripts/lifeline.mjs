// Preloaded into what scripts/run.mjs starts. The process leads a group of its own, so that one Ctrl-C
// reaches it once; when the launcher is killed hard, this ends the group just as hard, leaving nothing behind.

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
