import { expect, it } from 'vitest';
import { z } from 'zod';
import { encoder, isPage, pageEncoder } from './encode.ts';

const Page = z.object({ items: z.array(z.object({ a: z.string() })), nextCursor: z.string().nullable() });

it('encodes a page as the whole, also a large one, in whose middle others have their turn', async () => {
  for (const [count, size] of [
    [0, 0],
    [1, 5],
    [3, 5],
    [1, 500_000],
    [40, 100_000],
  ] as const) {
    const page = {
      items: Array.from({ length: count }, (_, i) => ({ a: `"漢${i}`.repeat(size) })),
      nextCursor: count > 1 ? 'x"y' : null,
    };
    const encoded = pageEncoder(Page)(page);
    let turns = 0;
    const ticking = setImmediate(function tick() {
      turns += 1;
      if (!isOver) setImmediate(tick);
    });
    let isOver = false;
    const body = String(await encoded);
    isOver = true;
    clearImmediate(ticking);
    expect(JSON.parse(body)).toEqual(page);
    expect(body).toBe(encoder(Page)(page));
    if (count === 40) expect(turns).toBeGreaterThan(10);
  }
});

it('knows pages from other answers', () => {
  expect(isPage(Page)).toBe(true);
  expect(isPage(z.object({ items: z.array(z.string()) }))).toBe(false);
  expect(isPage(z.string())).toBe(false);
});
