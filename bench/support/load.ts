import { connect, type Socket } from 'node:net';
import type { Count } from '../benchmark.ts';

export interface Load {
  readonly url: string;
  /** Number of connections. Each sends its next request after its last answer. */
  readonly connections: number;
  readonly seconds: number;
  /** All bytes of the next request of a connection. */
  request(connection: number): Buffer;
  readonly status: number;
}

/**
 * Sends requests for a time and counts the answers. A general HTTP client would use more CPU than the server; this one
 * supports only keep-alive answers with a `content-length`.
 * @throws Error with the answer, if it has another status
 */
export async function load(task: Load): Promise<Count> {
  const start = performance.now();
  const end = start + task.seconds * 1000;
  const counts = await Promise.all(
    Array.from({ length: task.connections }, (_, index) => connection(task, index, end)),
  );
  return {
    count: counts.reduce((sum, count) => sum + count, 0),
    seconds: (performance.now() - start) / 1000,
  };
}

function connection(task: Load, index: number, end: number): Promise<number> {
  const { hostname, port } = new URL(task.url);
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let count = 0;
    let buffered: Buffer = Buffer.alloc(0);
    const done = () => {
      socket.destroy();
      resolve(count);
    };
    socket.on('error', reject);
    socket.on('end', () => reject(new Error('the server closed a connection')));
    socket.on('connect', () => socket.write(task.request(index)));
    socket.on('data', (chunk: Buffer) => {
      buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
      const length = lengthOf(buffered);
      if (length === undefined || buffered.length < length) return;
      if (statusOf(buffered) !== task.status) return socket.destroy(new Error(buffered.toString()));
      buffered = buffered.subarray(length);
      count++;
      if (performance.now() >= end) done();
      else socket.write(task.request(index));
    });
  });
}

const statusOf = (answer: Buffer): number => Number(answer.toString('latin1', 9, 12));

/** Length of the whole answer in bytes; undefined until its head has arrived. */
function lengthOf(answer: Buffer): number | undefined {
  const head = answer.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer.toString('latin1', 0, head + 2))?.[1];
  if (length === undefined) throw new Error(`no content-length: ${answer.toString('latin1', 0, head)}`);
  return head + 4 + Number(length);
}

/** The bytes of a request, with the headers that our client sends. */
export function requestBytes(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Buffer {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const all = { host: '127.0.0.1', accept: 'application/json', ...type, ...length, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`);
}
