import type { Count } from '../benchmark.ts';
import type { Ready } from '../support/baseline.ts';

/** A baseline that is ready; what only listens has no `run`. */
interface Started extends Ready {
  readonly run?: (seconds: number) => Promise<Count>;
}

/**
 * Speaks with the process that started this one: is sent its settings, says that it is ready, then works for as many
 * seconds as it is told and answers how often it did. What fails ends the process.
 */
export function serveParent<Settings>(start: (settings: Settings) => Promise<Started>): void {
  const tell = (message: object): void => void process.send?.(message);
  const begin = async (settings: Settings): Promise<void> => {
    const { url, run } = await start(settings);
    process.on('message', ({ seconds }: { seconds: number }) => void run?.(seconds).then(tell));
    tell({ url });
  };
  process.once('message', (settings: Settings) => void begin(settings));
  // An orphan would go on for ever.
  process.on('disconnect', () => process.exit());
}
