import type { TestAnswer } from './test-server.ts';

/** Headers that depend on time or connection instead of the request. */
const OF_THE_MOMENT = ['date', 'x-request-id', 'content-length', 'connection', 'keep-alive'];

/** An error answer as text, without its request id and without the names that the caller sent. */
export function wordsOf({ status, headers, body }: TestAnswer, named: readonly string[]): string {
  const { requestId: _, ...rest } = body as { requestId?: string };
  const kept = [...headers].filter(([name]) => !OF_THE_MOMENT.includes(name));
  // Longest first, because one name may contain another.
  return named
    .filter((name) => name.length > 3)
    .toSorted((a, b) => b.length - a.length)
    .reduce((text, name) => text.replaceAll(name, '…'), JSON.stringify([status, kept, rest]));
}
