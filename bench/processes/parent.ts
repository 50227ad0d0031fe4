import type { Count } from '../benchmark.ts';
import type { Ready } from '../support/baseline.ts';

/** A baseline that is ready. One that only listens has no `run`. */
interface Started extends Ready {
  readonly run?: (seconds: number) => Promise<Count>;
}

/**
 * Serves the process that started this one: gets its settings, reports that it is ready, then works for the given
 * seconds and returns its count. An error ends the process.
 */
export function serveParent<Settings>(start: (settings: Settings) => Promise<Started>): void {
  const tell = (message: object): void => void process.send?.(message);
  const begin = async (settings: Settings): Promise<void> => {
    const { url, run } = await start(settings);
    process.on('message', ({ seconds }: { seconds: number }) => void run?.(seconds).then(tell));
    tell({ url });
  };
  process.once('message', (settings: Settings) => void begin(settings));
  // Without its parent, the process would run forever.
  process.on('disconnect', () => process.exit());
}
