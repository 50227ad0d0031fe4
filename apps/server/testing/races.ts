import type { TestAnswer } from './test-server.ts';

/** Does something `count` times at once, and waits for all. */
export const atOnce = <T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index)));

/** The statuses of answers, in order of number. */
export const statusesOf = (answers: readonly TestAnswer[]): number[] =>
  answers.map((answer) => answer.status).sort((a, b) => a - b);

/** `item` `count` times. */
export const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
