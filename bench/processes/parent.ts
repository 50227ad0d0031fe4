import type { Count } from '../benchmark.ts';
import type { Ready } from '../support/baseline.ts';

/**
 * Speaks with the process that started this one: is sent its settings, says that it is ready, then works for as many
 * seconds as it is told and answers how often it did.
 */
export function serveParent<Settings>(
  start: (settings: Settings) => Promise<Ready & { run?(seconds: number): Promise<Count> }>,
): void {
  const parent = process as Required<Pick<NodeJS.Process, 'send'>> & NodeJS.Process;
  parent.once('message', async (settings) => {
    const { url, run } = await start(settings as Settings);
    parent.on('message', async (message) => {
      if (run) parent.send(await run((message as { seconds: number }).seconds));
    });
    parent.send({ url });
  });
  // An orphan would go on for ever.
  parent.on('disconnect', () => process.exit());
}
