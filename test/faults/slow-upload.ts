import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: any;
}

export interface SlowUpload {
  send(piece: Uint8Array): Promise<void>;
  /** Ends the body and waits for the answer. Undefined if the connection broke first. */
  end(): Promise<Answer | undefined>;
  hangUp(): void;
}

export function slowUpload(url: string, sizeBytes: number, headers: Record<string, string> = {}): SlowUpload {
  const put = request(url, { method: 'PUT', headers: { 'content-length': sizeBytes, ...headers } });
  const answer = (once(put, 'response') as Promise<[IncomingMessage]>).then(
    ([response]) => read(response),
    () => undefined,
  );
  // `end` reports a broken connection.
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
