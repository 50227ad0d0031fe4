import { connect, type Socket } from 'node:net';

const RECEIVED = 2 ** 20;

interface Exchange {
  readonly url: string;
  readonly method: 'GET' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  /** Receives the body of the answer. The bytes are valid only during the call. */
  readonly onBody: (bytes: Buffer) => void;
  readonly send?: (socket: Socket) => Promise<void>;
}

/** Sends content by one PUT with little overhead; returns the answer. @throws Error if the request fails */
export async function put(url: string, sizeBytes: number, pieces: Iterable<Buffer>): Promise<string> {
  let answer = '';
  const send = async (socket: Socket) => {
    for (const piece of pieces) {
      if (!socket.write(piece)) await new Promise<void>((resolve) => socket.once('drain', resolve));
    }
  };
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(sizeBytes) };
  const onBody = (bytes: Buffer) => {
    answer += bytes.toString();
  };
  await exchange({ url, method: 'PUT', headers, onBody, send });
  return answer;
}

/** Receives and discards content with little overhead. @throws Error if content is missing */
export async function get(
  url: string,
  sizeBytes: number,
  onBody: (bytes: Buffer) => void = () => {},
): Promise<void> {
  let received = 0;
  const count = (bytes: Buffer) => {
    received += bytes.length;
    onBody(bytes);
  };
  await exchange({ url, method: 'GET', onBody: count });
  if (received !== sizeBytes) throw new Error(`GET ${url}: ${received} bytes came, not ${sizeBytes}`);
}

async function exchange({ url, method, headers = {}, onBody, send }: Exchange): Promise<void> {
  const { hostname, port, pathname, search, host } = new URL(url);
  const all = { host, connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const over = Promise.withResolvers<void>();
  const answer = reader(onBody);
  const socket: Socket = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    onread: {
      buffer: Buffer.alloc(RECEIVED),
      callback: (bytes, buffer) => {
        answer.take(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
        if (answer.left() === 0) over.resolve();
        return true;
      },
    },
  });
  socket.on('error', over.reject);
  socket.on('close', () => over.reject(new Error(`${method} ${url}: the connection was closed`)));
  try {
    socket.write(`${method} ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`);
    // An early answer is an error; the rest of the body is not sent.
    send?.(socket).catch(over.reject);
    await over.promise;
  } finally {
    socket.destroy();
  }
  if (!answer.isGood()) throw new Error(`${method} ${url}: ${answer.head()}`);
}

/** Supports only answers with a `content-length`. */
function reader(onBody: (bytes: Buffer) => void) {
  let head = '';
  let left: number | undefined;
  return {
    take(bytes: Buffer): void {
      if (left !== undefined) {
        left -= bytes.length;
        onBody(bytes);
        return;
      }
      const before = head.length;
      head += bytes.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const body = bytes.subarray(end + 4 - before);
      head = head.slice(0, end);
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      if (length === undefined) throw new Error(`no content-length: ${head}`);
      left = Number(length) - body.length;
      onBody(body);
    },
    left: () => left,
    head: () => head,
    isGood: () => /^HTTP\/1\.1 2\d\d/.test(head),
  };
}
