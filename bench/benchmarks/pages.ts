import type { Benchmark, Line } from '../benchmark.ts';
import { MODEL, makeVersions } from '../support/catalog.ts';
import { median } from '../support/median.ts';
import type { Subject } from '../support/server.ts';

/** Pages through the versions of one model: the last pages must not be slower than the first ones. */
export const pages: Benchmark = {
  name: 'pages',
  says: 'paging to the end of 100,000 versions: the last tenth of the pages against the first tenth',
  async *run(bench) {
    const count = bench.quick ? 5_000 : 100_000;
    const url = await bench.databases.create('pages');
    bench.say(`making ${count} versions`);
    await makeVersions(url, count);
    const server = await bench.server(url);
    // The first pass compiles code and fills caches.
    await pageThrough(server, { limit: 1000 }, count);
    const limit = bench.quick ? 100 : 1000;
    const small = bench.quick ? 50 : 100;
    const passes = bench.quick ? 1 : 3;
    const target = { atMost: 1.5 } as const;
    yield await line(server, 'newest first', { limit }, { count, passes, target });
    yield await line(server, 'newest first', { limit: small }, { count, passes: 1, target });
    yield await line(
      server,
      'by a metric',
      { limit, orderBy: 'metrics.val_accuracy DESC' },
      { count, passes: 1 },
    );
    yield await line(
      server,
      'filtered to two thirds',
      { limit, filter: "metadata.license != 'mit'" },
      { passes },
    );
    yield await line(
      server,
      'filtered to one in fifty',
      { limit: small, filter: "'gold' IN tags" },
      { passes },
    );
  },
};

interface Query {
  readonly limit: number;
  readonly orderBy?: string;
  readonly filter?: string;
}

interface Options {
  readonly count?: number;
  readonly passes: number;
  readonly target?: Line['target'];
}

async function line(server: Subject, how: string, query: Query, options: Options): Promise<Line> {
  const tenths: { first: number; last: number; pages: number }[] = [];
  for (let pass = 0; pass < options.passes; pass++) {
    const times = await pageThrough(server, query, options.count);
    const tenth = Math.max(1, Math.floor(times.length / 10));
    tenths.push({
      first: median(times.slice(0, tenth)),
      last: median(times.slice(-tenth)),
      pages: times.length,
    });
  }
  return {
    what: `page through versions ${how}, ${query.limit} a page`,
    ours: `${median(tenths.map(({ last }) => last)).toFixed(1)} ms (last tenth)`,
    baseline: `${median(tenths.map(({ first }) => first)).toFixed(1)} ms (first tenth)`,
    ratios: tenths.map(({ first, last }) => last / first),
    ...(options.target ? { target: options.target } : {}),
    note: `${tenths[0]?.pages} pages`,
  };
}

/** Returns the milliseconds of each full page. The last page is partial, so it is left out. */
async function pageThrough(server: Subject, query: Query, count: number | undefined): Promise<number[]> {
  const search = new URLSearchParams({ ...query, limit: String(query.limit) });
  const path = `/v1/models/${encodeURIComponent(MODEL)}/versions`;
  const times: number[] = [];
  const seen = new Set<string>();
  for (;;) {
    const start = performance.now();
    const { items, nextCursor } = await server.api<Page>('GET', `${path}?${search}`);
    if (items.length === query.limit) times.push(performance.now() - start);
    for (const { id } of items) seen.add(id);
    if (nextCursor === null) break;
    search.set('cursor', nextCursor);
  }
  if (count !== undefined && seen.size !== count)
    throw new Error(`paged over ${seen.size} of ${count} versions`);
  return times;
}

interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly nextCursor: string | null;
}
