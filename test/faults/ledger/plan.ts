import { type Content, contentFrom } from './content.ts';
import type { Random } from './random.ts';

/** Bytes of each part but the last: the minimum of S3. */
export const PART = 5 * 2 ** 20;
const SLOTS = 6;

const WAYS = ['server', 'presigned', 'client'] as const;
/** How parts reach the store. `client`: the typed client decides. */
export type Way = (typeof WAYS)[number];

export type Step =
  | { readonly do: 'put'; readonly slot: number; readonly content: Content }
  | { readonly do: 'attach'; readonly slot: number; readonly content: Content }
  | {
      readonly do: 'parts';
      readonly slot: number;
      readonly content: Content;
      readonly way: Way;
      readonly isAnnounced: boolean;
    }
  /** Starts an upload, sends a part, and aborts the upload. */
  | { readonly do: 'abandon'; readonly slot: number; readonly content: Content }
  | { readonly do: 'checkpoint'; readonly contents: readonly [Content, Content] }
  | { readonly do: 'delete' | 'get' | 'range' | 'head' | 'client-get'; readonly slot: number }
  | { readonly do: 'archive' };

/** Plans the steps of writers. They depend on the seed only, not on the answers. */
export interface Planner {
  /** The steps of one writer in one phase: each kind at least once, and `more` others. */
  steps(more: number): Step[];
}

const USUAL = ['put', 'again', 'attach', 'get', 'get', 'range', 'head', 'client-get', 'delete'] as const;
const KINDS = [...USUAL, 'parts', 'abandon', 'checkpoint', 'archive'] as const;

export function planner(seed: number, random: Random): Planner {
  const known: Content[] = [];
  const fresh = (sizeBytes: number) => {
    const content = contentFrom(seed, known.length, sizeBytes);
    known.push(content);
    return content;
  };
  const small = () => fresh(random.pick([0, 1, 999, 70_000, 300_000, 1_500_000]) + random.below(1_000));
  const recent = () => known[known.length - 1 - random.below(12)] ?? small();
  let ways = 0;
  const step = (kind: (typeof KINDS)[number]): Step => {
    const slot = random.below(SLOTS);
    switch (kind) {
      case 'put':
        return { do: 'put', slot, content: small() };
      case 'again':
        return { do: 'put', slot, content: recent() };
      case 'attach':
        return { do: 'attach', slot, content: recent() };
      case 'parts': {
        const content = fresh(PART + 1 + random.below(50_000));
        const way = WAYS[ways++ % WAYS.length] ?? 'server';
        return { do: 'parts', slot, content, way, isAnnounced: random.below(2) === 0 };
      }
      case 'abandon':
        return { do: 'abandon', slot, content: fresh(PART + 1_000) };
      case 'checkpoint':
        return { do: 'checkpoint', contents: [small(), recent()] };
      case 'archive':
        return { do: 'archive' };
      case 'delete':
      case 'get':
      case 'range':
      case 'head':
      case 'client-get':
        return { do: kind, slot };
    }
  };
  return {
    steps: (more) => {
      const kinds = [...KINDS, ...Array.from({ length: more }, () => random.pick(USUAL))];
      return random.shuffled(kinds).map(step);
    },
  };
}
