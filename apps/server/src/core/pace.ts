import { setImmediate as turn } from 'node:timers/promises';
import type { Pace } from '../protocol/context.ts';

/** Milliseconds that work may block the event loop before it pauses. */
const STRETCH = 2;

/**
 * Paused work waits in one queue. Each turn of the event loop resumes one task, so that requests never wait for all.
 */
let line: Promise<void> = Promise.resolve();
export const nextTurn = (): Promise<void> => {
  line = line.then(() => turn());
  return line;
};

/** @param demandTime throws if the work must end, for example at its deadline. */
export function createPace(demandTime: () => void = () => {}): Pace {
  let since = performance.now();
  const rest = async () => {
    await nextTurn();
    since = performance.now();
    demandTime();
  };
  return { breathe: () => (performance.now() - since < STRETCH ? undefined : rest()) };
}
