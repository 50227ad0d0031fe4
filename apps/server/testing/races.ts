import type { TestAnswer } from './test-server.ts';

export const atOnce = <T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index)));

export const statusesOf = (answers: readonly TestAnswer[]): number[] =>
  answers.map((answer) => answer.status).sort((a, b) => a - b);

export const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
