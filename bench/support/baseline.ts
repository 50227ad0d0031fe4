import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Baseline, Count } from '../benchmark.ts';

export interface Ready {
  readonly url: string;
}

/** Starts a file of `bench/processes`. Sends its settings first, then the seconds of each run. */
export async function startBaseline(file: string, settings: object): Promise<Baseline> {
  const child = fork(join(import.meta.dirname, '../processes', file), { execArgv: [] });
  const exited = once(child, 'exit');
  const answer = async <T>(message: object): Promise<T> => {
    child.send(message);
    const [first] = await Promise.race([once(child, 'message'), exited.then(() => [undefined])]);
    if (first === undefined) throw new Error(`${file} ended`);
    return first as T;
  };
  const { url } = await answer<Ready>(settings);
  return {
    pid: child.pid ?? 0,
    url,
    run: (seconds) => answer<Count>({ seconds }),
    stop: async () => {
      if (child.kill('SIGTERM')) await exited;
    },
  };
}
