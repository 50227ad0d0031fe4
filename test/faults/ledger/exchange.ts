import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

/** The answer to one request, as curl sees it. */
export interface Answer {
  /** 0: the connection broke before a status came. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** Whether the body ended as HTTP says that it does: curl's exit code would be 0. */
  readonly isWhole: boolean;
  /** Of JSON; else undefined. */
  readonly body: any;
}

/**
 * Sends one request over a connection of its own. No retry, no check of the content: curl has neither.
 * @param limitMs milliseconds after which the caller gives up. Default: never, because the server answers by itself.
 */
export async function exchange(
  method: string,
  url: string,
  body?: Uint8Array | object,
  headers: Readonly<Record<string, string>> = {},
  limitMs?: number,
): Promise<Answer> {
  const isBytes = body instanceof Uint8Array;
  const bytes = body === undefined || isBytes ? body : Buffer.from(JSON.stringify(body));
  const outgoing = request(url, {
    method,
    agent: false,
    ...(limitMs !== undefined && { signal: AbortSignal.timeout(limitMs) }),
    headers: {
      ...(bytes && { 'content-length': bytes.length }),
      ...(bytes && !isBytes && { 'content-type': 'application/json' }),
      ...headers,
    },
  });
  // An answer may come before the body was sent, and the connection break after that.
  const answered = Promise.race([
    once(outgoing, 'response').then(([response]) => response as IncomingMessage),
    once(outgoing, 'close').then(() => undefined),
  ]).catch(() => undefined);
  outgoing.on('error', () => {});
  outgoing.end(bytes);
  const response = await answered;
  if (response === undefined)
    return { status: 0, headers: {}, bytes: Buffer.alloc(0), isWhole: false, body: undefined };
  return { status: response.statusCode ?? 0, headers: response.headers, ...(await readWhole(response)) };
}

async function readWhole(response: IncomingMessage): Promise<Pick<Answer, 'bytes' | 'isWhole' | 'body'>> {
  const chunks: Buffer[] = [];
  let isWhole = true;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    isWhole = false;
  }
  isWhole &&= response.complete;
  const bytes = Buffer.concat(chunks);
  const isJson = /[/+]json/.test(response.headers['content-type'] ?? '');
  const body = isJson && isWhole && bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined;
  return { bytes, isWhole, body };
}
