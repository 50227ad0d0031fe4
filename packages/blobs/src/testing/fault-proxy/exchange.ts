import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { S3Error } from './fault.ts';
import type { S3Request } from './operation.ts';
import type { Applied } from './rules.ts';
import type { S3Credentials } from './sign.ts';

/** The server behind the proxy. */
export interface Target {
  readonly endpoint: string;
  /** Only for the fault `clock`. */
  readonly credentials?: S3Credentials | undefined;
}

/** A request that passes the proxy, with its faults. */
export interface Exchange {
  readonly target: Target;
  readonly request: S3Request;
  readonly applied: readonly Applied[];
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** Asks for the body if the client waits for `100 Continue`. */
  readonly askForBody: () => void;
}

/** The connection was reset as a fault, so nothing remains to do. */
export class Reset extends Error {}

export function reset({ incoming }: Exchange): never {
  incoming.socket.resetAndDestroy();
  throw new Reset('reset by a fault');
}

/** Waits until the sent bytes reach the client before the connection breaks. */
export async function resetAfterSending(exchange: Exchange): Promise<never> {
  const { socket } = exchange.incoming;
  // A reset overtakes bytes that the kernel of the peer has not delivered yet.
  do await pause(20);
  while (socket.writableLength > 0 && !socket.destroyed);
  return reset(exchange);
}

/** Reads the whole body. */
export async function readBody({ incoming, askForBody }: Exchange): Promise<Buffer> {
  askForBody();
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Answers instead of the server. */
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
