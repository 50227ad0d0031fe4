import { setTimeout as sleep } from 'node:timers/promises';
import { boundLog, type Postmaster, type PostmasterOptions, startPostmaster } from './postmaster.ts';
import { endPostmaster, signalProcess } from './postmaster-pid.ts';

/** A supervised postmaster on one port. The functions are those of `EmbeddedPostgres`. */
export interface SupervisedPostmaster {
  port: number;
  pid: () => number;
  stop: (late?: AbortSignal) => Promise<void>;
  kill: () => Promise<void>;
  restart: () => Promise<void>;
}

/** Milliseconds between checks of the log size. */
const logInterval = 60_000;

/**
 * Starts the postmaster, and restarts it after an unexpected end if `restartOnCrash`.
 * @param onStopped called when a requested stop has finished.
 */
export async function supervise(
  options: PostmasterOptions,
  restartOnCrash: boolean,
  onStopped: () => void,
): Promise<SupervisedPostmaster> {
  const { log, logFile } = options;
  let current: Postmaster = await startPostmaster(options);
  const { port } = current;
  /** Whether the postmaster should run. The watchers act only then. */
  let wanted = true;
  let stopping: Promise<void> | undefined;
  /** The current start, so that a stop can wait for its result. */
  let starting: Promise<unknown> = Promise.resolve();

  const start = (): Promise<void> => {
    const attempt = startPostmaster(options, port).then((started) => {
      current = started;
      watch(started);
    });
    starting = attempt.catch(() => {});
    return attempt;
  };
  const watch = (postmaster: Postmaster): void => {
    void postmaster.exited.then(async () => {
      let delay = 100;
      while (wanted && restartOnCrash && postmaster === current) {
        log.error({ logFile }, 'Postgres ended unexpectedly; starting it again');
        await start().catch(async (error) => {
          log.error({ err: error }, 'Postgres did not start');
          await sleep(delay);
          delay = Math.min(delay * 2, 5000);
        });
      }
    });
  };
  const bounding = setInterval(() => {
    try {
      boundLog(logFile);
    } catch (error) {
      log.warn({ err: error, logFile }, 'the log of Postgres cannot be shortened');
    }
  }, logInterval).unref();
  const end = async (late?: AbortSignal): Promise<void> => {
    wanted = false;
    await starting;
    if (!current.hasExited()) await endPostmaster(current.pid, current.hasExited, late);
  };
  // If the process ends without stop(), Postgres must not stay behind.
  const onExit = (): void => {
    if (!current.hasExited()) signalProcess(current.pid, 'SIGINT');
  };
  process.on('exit', onExit);
  watch(current);

  return {
    port,
    pid: () => current.pid,
    stop: (late) => {
      stopping ??= end(late).finally(() => {
        clearInterval(bounding);
        process.off('exit', onExit);
        onStopped();
      });
      return stopping;
    },
    kill: async () => {
      wanted = false;
      signalProcess(current.pid, 'SIGKILL');
      await current.exited;
    },
    restart: async () => {
      await end();
      wanted = true;
      await start();
    },
  };
}
