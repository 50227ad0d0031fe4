import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { connectRaw, type RawConnection } from '../../apps/server/testing/raw.ts';
import { cleanUp, newFolder, runServer } from './process.ts';

/* A stopping server causes no error on a kept connection. */

afterEach(cleanUp);

const MODEL = '/v1/models/ai%2Fyolo';
const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

/** Repeats requests on one connection until the server no longer listens. */
async function askOn(
  url: string,
  faults: string[],
  progress: { answers: number },
  pause: number,
): Promise<string> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let last = '';
  let isReused = false;
  for (;;) {
    try {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const asked = request(`${url}${MODEL}`, { agent }, resolve);
        asked.on('error', (error) => {
          isReused = asked.reusedSocket;
          reject(error);
        });
        asked.end();
      });
      await answer.toArray();
      if (answer.statusCode !== 200) faults.push(`status ${answer.statusCode}`);
      last = answer.headers.connection ?? '';
      progress.answers += 1;
    } catch (error) {
      const { code, message, syscall } = error as NodeJS.ErrnoException;
      // After the last answer, the client opens a new connection. The kernel resets it if it was queued just as the
      // server stopped listening: the server never accepted it.
      const wasToldToLeave = last === 'close' && !isReused && code === 'ECONNRESET';
      const isNew = syscall === 'connect' && (code === 'ECONNREFUSED' || code === 'ECONNRESET');
      if (!isNew && !wasToldToLeave) faults.push(`a kept connection: ${code} ${message}`);
      agent.destroy();
      return last;
    }
    if (pause > 0) await sleep(pause);
  }
}

/** Sends several requests at once on one connection, until the server says that it closes. */
async function pipelineOn({ socket }: RawConnection, faults: string[]): Promise<void> {
  const batch = `${ask(MODEL)}${ask('/healthz')}`.repeat(2);
  let sent = 0;
  let answers = 0;
  let isLast = false;
  socket.setEncoding('latin1').on('data', (text: unknown) => {
    answers += String(text).split('HTTP/1.1 200').length - 1;
    isLast ||= /connection: close/i.test(String(text));
    if (answers === sent && !isLast) send();
  });
  const send = () => {
    sent += 4;
    socket.write(batch);
  };
  send();
  await once(socket, 'close');
  if (answers < sent || !isLast) faults.push(`pipelined: ${answers} answers to ${sent} requests`);
}

const quietClose = async (connection: RawConnection, faults: string[]): Promise<string> => {
  connection.socket.on('error', ({ message }) => faults.push(`a quiet connection: ${message}`));
  return connection.closed();
};

const open = (url: string, count: number) =>
  Promise.all(Array.from({ length: count }, () => connectRaw(url)));

test('on SIGTERM no client on a kept connection is cut off, and each last answer closes its connection', async () => {
  const server = runServer({ MODELBOX_DATA_DIR: newFolder(), MODELBOX_LOG_LEVEL: 'warn' });
  const url = await server.url;
  await fetch(`${url}/v1/models`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ namespace: 'ai', name: 'yolo' }),
  });
  const faults: string[] = [];
  const progress = { answers: 0 };
  const [unused, idle, late, pipelined] = await Promise.all([4, 4, 4, 4].map((count) => open(url, count)));
  for (const connection of [...(idle ?? []), ...(late ?? [])]) {
    connection.send(ask('/healthz'));
    await connection.until(/"version":"[^"]*"\}/);
  }
  const upload = request(`${url}${MODEL}/files/slow.bin`, { method: 'PUT' });
  const uploaded = once(upload, 'response') as Promise<[IncomingMessage]>;
  upload.write('the first half, ');
  const asking = Array.from({ length: 40 }, (_, index) => askOn(url, faults, progress, (index % 4) * 20));
  const pipelining = (pipelined ?? []).map((connection) => pipelineOn(connection, faults));
  await expect.poll(() => progress.answers, { timeout: 30_000 }).toBeGreaterThan(200);

  server.child.kill('SIGTERM');
  const isOpen = () =>
    connectRaw(url).then(
      ({ socket }) => Boolean(socket.destroy()),
      () => false,
    );
  await expect.poll(isOpen, { timeout: 20_000 }).toBe(false);
  const quiet = (idle ?? []).map((connection) => quietClose(connection, faults));
  for (const connection of [...(late ?? []), ...(unused ?? [])]) {
    const seen = connection.text().length;
    connection.send(ask('/healthz'));
    const text = (await quietClose(connection, faults)).slice(seen);
    if (!/^HTTP\/1.1 200 [\s\S]*connection: close\r\n[\s\S]*\}$/i.test(text))
      faults.push(`a late request: ${text}`);
  }
  upload.end('the second half');
  const [answer] = await uploaded;
  expect({ status: answer.statusCode, connection: answer.headers.connection }).toEqual({
    status: 201,
    connection: 'close',
  });
  answer.resume();
  const asked = await Promise.all(asking);
  await Promise.all([...pipelining, ...quiet]);
  expect(faults).toEqual([]);
  expect(new Set(asked)).toEqual(new Set(['close']));
  expect(await server.ended).toBe(0);
}, 120_000);

test('on SIGTERM connections in the backlog are answered', async () => {
  const server = runServer({ MODELBOX_DATA_DIR: newFolder(), MODELBOX_LOG_LEVEL: 'warn' });
  const url = await server.url;
  server.child.kill('SIGSTOP');
  const waiting = await open(url, 50);
  for (const connection of waiting) connection.send(ask('/healthz'));
  server.child.kill('SIGTERM');
  server.child.kill('SIGCONT');
  const faults: string[] = [];
  const answers = await Promise.all(waiting.map((connection) => quietClose(connection, faults)));
  expect(faults).toEqual([]);
  expect(answers.filter((text) => !/^HTTP\/1.1 200 [\s\S]*connection: close\r\n/i.test(text))).toEqual([]);
  expect(await server.ended).toBe(0);
}, 120_000);
