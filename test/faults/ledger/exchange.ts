import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

export interface Answer {
  /** 0 if the connection broke before a status arrived. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** Whether the body ended as HTTP demands: curl's exit code would be 0. */
  readonly isWhole: boolean;
  /** The parsed JSON; undefined for other content. */
  readonly body: any;
}

/**
 * Sends one request on its own connection. Like curl, it neither retries nor checks the content.
 * @param limitMs milliseconds after which the caller gives up. Default: never, because the server always answers.
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
  // An answer may arrive before the body was sent, and the connection may break after that.
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
