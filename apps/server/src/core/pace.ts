import { setImmediate as turn } from 'node:timers/promises';
import type { Pace } from '../protocol/context.ts';

/** Milliseconds that work may hold the event loop before others have their turn. */
const STRETCH = 5;

/** Paused work waits in one line. Each turn of the event loop resumes one piece, so that a request never waits for all. */
let line: Promise<void> = Promise.resolve();
const nextTurn = (): Promise<void> => {
  line = line.then(() => turn());
  return line;
};

/** @param demandTime throws when the work is to end. */
export function createPace(demandTime: () => void = () => {}): Pace {
  let since = performance.now();
  const rest = async () => {
    await nextTurn();
    since = performance.now();
    demandTime();
  };
  return { breathe: () => (performance.now() - since < STRETCH ? undefined : rest()) };
}
