import type { TestAnswer } from './test-server.ts';

/** Headers that tell of the moment and the connection, not of what was asked for. */
const OF_THE_MOMENT = ['date', 'x-request-id', 'content-length', 'connection', 'keep-alive'];

/** An error answer as text and headers, without its request id and what the caller had named itself. */
export function wordsOf({ status, headers, body }: TestAnswer, named: readonly string[]): string {
  const { requestId: _, ...rest } = body as { requestId?: string };
  const kept = [...headers].filter(([name]) => !OF_THE_MOMENT.includes(name));
  // The longest first: one may lie in another.
  return named
    .filter((name) => name.length > 3)
    .toSorted((a, b) => b.length - a.length)
    .reduce((text, name) => text.replaceAll(name, '…'), JSON.stringify([status, kept, rest]));
}
