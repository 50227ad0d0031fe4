import pg from 'pg';
import type { Count } from '../benchmark.ts';

/** Work on one connection: `connection` is its number, `n` counts its completed work. */
export type Work = (client: pg.Client, connection: number, n: number) => Promise<unknown>;

/** Repeats the work on so many connections concurrently, one after the other on each. */
export async function inFlight(url: string, connections: number, work: Work) {
  const clients = Array.from({ length: connections }, () => new pg.Client({ connectionString: url }));
  await Promise.all(clients.map((client) => client.connect()));
  const done = clients.map(() => 0);
  const run = async (seconds: number): Promise<Count> => {
    const start = performance.now();
    const before = done.reduce((sum, n) => sum + n, 0);
    await Promise.all(
      clients.map(async (client, connection) => {
        while (performance.now() - start < seconds * 1000) {
          const n = done[connection] ?? 0;
          done[connection] = n + 1;
          await work(client, connection, n);
        }
      }),
    );
    const count = done.reduce((sum, n) => sum + n, 0) - before;
    return { count, seconds: (performance.now() - start) / 1000 };
  };
  return { url: '', run };
}
