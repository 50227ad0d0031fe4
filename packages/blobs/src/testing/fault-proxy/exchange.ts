import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { S3Error } from './fault.ts';
import type { S3Request } from './operation.ts';
import type { Applied } from './rules.ts';
import type { S3Credentials } from './sign.ts';

/** Where the proxy sends requests to. */
export interface Target {
  readonly endpoint: string;
  /** Needed by the fault `clock` only. */
  readonly credentials?: S3Credentials | undefined;
}

/** One request on its way through the proxy, and what is to befall it. */
export interface Exchange {
  readonly target: Target;
  readonly request: S3Request;
  readonly applied: readonly Applied[];
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** Asks for the body if the client waits for `100 Continue`. */
  readonly askForBody: () => void;
}

/** The connection was reset as a fault: nothing more is to be done. */
export class Reset extends Error {}

export function reset({ incoming }: Exchange): never {
  incoming.socket.resetAndDestroy();
  throw new Reset('reset by a fault');
}

/** What was sent reaches the client before the connection breaks. */
export async function resetAfterSending(exchange: Exchange): Promise<never> {
  const { socket } = exchange.incoming;
  // A reset overtakes what the peer's kernel has not handed out.
  do await pause(20);
  while (socket.writableLength > 0 && !socket.destroyed);
  return reset(exchange);
}

/** Takes in the whole body. */
export async function readBody({ incoming, askForBody }: Exchange): Promise<Buffer> {
  askForBody();
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Answers in the server's place. */
export function answerError({ request, outgoing }: Exchange, error: S3Error, headers = {}): void {
  const body = request.method === 'HEAD' ? '' : errorBody(error);
  outgoing.writeHead(error.status, {
    'content-type': 'application/xml',
    'content-length': Buffer.byteLength(body),
    ...error.headers,
    ...headers,
  });
  outgoing.end(body);
}

export const errorBody = ({ code, message = 'injected by the fault proxy' }: S3Error): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
