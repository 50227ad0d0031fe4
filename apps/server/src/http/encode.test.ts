import { expect, it } from 'vitest';
import { z } from 'zod';
import { encoder, isPage, pageEncoder } from './encode.ts';

const Page = z.object({ items: z.array(z.object({ a: z.string() })), nextCursor: z.string().nullable() });

it('encodes a page like the encoder of whole answers, and lets others run while it encodes a large one', async () => {
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
    let turns = 0;
    let isOver = false;
    setImmediate(function tick() {
      turns += 1;
      if (!isOver) setImmediate(tick);
    });
    const body = String(await pageEncoder(Page)(page));
    isOver = true;
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
