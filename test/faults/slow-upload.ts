import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

/** What a request was answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: any;
}

/** A request whose content is sent piece by piece, as the test wants it. */
export interface SlowUpload {
  /** Resolves when the piece is with the system. */
  send(piece: Uint8Array): Promise<void>;
  /** Sends no more, and waits for the answer. Undefined where the connection broke before there was one. */
  end(): Promise<Answer | undefined>;
  /** Hangs up without a word. */
  hangUp(): void;
}

/** Begins a `PUT` that announces so many bytes. */
export function slowUpload(url: string, sizeBytes: number, headers: Record<string, string> = {}): SlowUpload {
  const put = request(url, { method: 'PUT', headers: { 'content-length': sizeBytes, ...headers } });
  const answer = (once(put, 'response') as Promise<[IncomingMessage]>).then(
    ([response]) => read(response),
    () => undefined,
  );
  // Whatever becomes of the connection: `end` tells it.
  put.on('error', () => {});
  return {
    send: (piece) =>
      new Promise((resolve) => {
        put.write(piece, () => resolve());
      }),
    end: () => {
      put.end();
      return answer;
    },
    hangUp: () => put.destroy(),
  };
}

async function read(response: IncomingMessage): Promise<Answer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    return undefined;
  }
  const text = Buffer.concat(chunks).toString();
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}
