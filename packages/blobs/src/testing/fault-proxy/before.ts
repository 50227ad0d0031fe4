import { once } from 'node:events';
import { STATUS_CODES } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { refusalByTime } from './clock.ts';
import { answerError, type Exchange, errorBody, readBody, reset, resetAfterSending } from './exchange.ts';
import type { Fault, S3Error } from './fault.ts';
import type { Applied } from './rules.ts';

/** Injects faults before the server sees the request. Resolves to true if the proxy has answered. */
export async function befallBefore(exchange: Exchange): Promise<boolean> {
  for (const applied of exchange.applied) {
    if (await befall(exchange, applied, applied.fault)) return true;
  }
  return false;
}

async function befall(exchange: Exchange, applied: Applied, fault: Fault): Promise<boolean> {
  switch (fault.kind) {
    case 'delay':
      applied.note();
      await pause(fault.ms);
      return false;
    case 'stall':
      if (fault.at !== 'request') return false;
      applied.note();
      await applied.removed;
      return false;
    case 'cut':
      if (fault.side !== 'request' || fault.afterBytes > 0) return false;
      applied.note();
      return reset(exchange);
    case 'error':
      await readBody(exchange);
      applied.note();
      answerError(exchange, fault);
      return true;
    case 'refuse':
      return refuse(exchange, applied, fault);
    case 'redirect':
      await readBody(exchange);
      applied.note();
      answerError(exchange, redirection(exchange, fault));
      return true;
    case 'clock':
      return refuseByTime(exchange, applied, fault.offsetMs);
    // These faults affect the answer, or the request on its way to the server.
    case 'truncate':
    case 'flip':
    case 'lose-answer':
    case 'repeat':
    case 'etag':
      return false;
  }
}

function redirection(
  { target, request }: Exchange,
  { status, to }: Extract<Fault, { kind: 'redirect' }>,
): S3Error {
  const code = status === 301 ? 'PermanentRedirect' : 'TemporaryRedirect';
  return { status, code, headers: { location: to ?? `${target.endpoint}${request.url}` } };
}

async function refuseByTime(exchange: Exchange, applied: Applied, offsetMs: number): Promise<boolean> {
  const clock = new Date(Date.now() + offsetMs);
  const refusal = refusalByTime(
    exchange.incoming as { method: string; url: string } & typeof exchange.incoming,
    clock,
  );
  if (!refusal) return false;
  await readBody(exchange);
  applied.note();
  answerError(exchange, refusal, { date: clock.toUTCString() });
  return true;
}

/** Bypasses the response of Node, which would read the rest of the body before it releases the connection. */
async function refuse(
  exchange: Exchange,
  applied: Applied,
  fault: Extract<Fault, { kind: 'refuse' }>,
): Promise<boolean> {
  const { incoming, request } = exchange;
  const { afterBytes = 0, status, headers = {}, connection } = fault;
  if (afterBytes > 0) exchange.askForBody();
  for (let seen = 0; seen < afterBytes; ) {
    const chunk: Buffer | null = incoming.read();
    seen += chunk?.length ?? 0;
    if (chunk !== null) continue;
    if (incoming.complete) break;
    await once(incoming, 'readable');
  }
  const body = request.method === 'HEAD' ? '' : errorBody(fault);
  const all = { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body), ...headers };
  const lines = Object.entries({ ...all, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  applied.note();
  incoming.socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
  if (connection === 'reset') await resetAfterSending(exchange);
  return true;
}
