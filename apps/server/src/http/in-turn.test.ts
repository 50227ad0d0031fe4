import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { connectRaw } from '../../testing/raw.ts';
import { serveInTurn } from './in-turn.ts';
import { answerError } from './refusals.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start() {
  const app = Fastify();
  serveInTurn(app);
  app.setErrorHandler(answerError);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const counts = { running: 0, most: 0, begun: 0 };
  app.get('/:number', async (request) => {
    counts.begun += 1;
    counts.running += 1;
    counts.most = Math.max(counts.most, counts.running);
    await gate;
    await new Promise(setImmediate);
    counts.running -= 1;
    return `<${(request.params as { number: string }).number}>`;
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  stops.push(() => app.close());
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return { url, open, counts, connection: await connectRaw(url) };
}

const requests = (count: number) =>
  Array.from({ length: count }, (_, i) => `GET /${i} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join('');

it('200: pipelined requests run one after the other, and are answered in order', async () => {
  const { open, counts, connection } = await start();
  connection.send(requests(50));
  open();
  const { input } = await connection.until(/<49>/);
  expect([...input.matchAll(/<(\d+)>/g)].map(([, number]) => Number(number))).toEqual([...Array(50).keys()]);
  expect(counts).toEqual({ running: 0, most: 1, begun: 50 });
  connection.send(requests(1));
  await connection.until(/<49>.*<0>/s);
  connection.socket.destroy();
});

it('429: at most a hundred requests wait on a connection; another connection is served', async () => {
  const { open, counts, connection, url } = await start();
  connection.send(requests(130));
  await expect.poll(() => counts.begun).toBe(1);
  const other = await connectRaw(url);
  other.send(requests(1));
  await expect.poll(() => counts.begun).toBe(2);
  open();
  await other.until(/<0>/);
  const { input } = await connection.until(/(?:wait on this connection(?:(?!wait on).)*){29}/s);
  expect(input.match(/HTTP\/1.1 \d+/g)).toEqual([
    ...Array(101).fill('HTTP/1.1 200'),
    ...Array(29).fill('HTTP/1.1 429'),
  ]);
  expect(input).toMatch(/retry-after: 1/i);
  for (const each of [connection, other]) each.socket.destroy();
});

it('requests that wait on a closed connection never run', async () => {
  const { open, counts, connection, url } = await start();
  connection.send(requests(20));
  await expect.poll(() => counts.begun).toBe(1);
  connection.socket.destroy();
  open();
  await expect.poll(() => counts.running).toBe(0);
  const other = await connectRaw(url);
  other.send(requests(3));
  await other.until(/<2>/);
  expect(counts.begun).toBe(4);
  other.socket.destroy();
});
