import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Readable, type Transform } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { atByte, firstBytes, flipAt } from './bytes.ts';
import { type Exchange, reset, resetAfterSending } from './exchange.ts';
import type { Applied } from './rules.ts';

/** Returns the answer of the server, with the injected fault. */
export async function passBack(exchange: Exchange, answer: IncomingMessage): Promise<void> {
  const { applied, outgoing } = exchange;
  const headers: OutgoingHttpHeaders = { ...answer.headers };
  for (const name of ['connection', 'keep-alive', 'transfer-encoding']) delete headers[name];
  let body: Readable = answer;
  for (const one of applied) {
    await beforeHeaders(exchange, one, answer);
    changeHeaders(one, headers);
    if (one.fault.kind === 'etag' && /xml/.test(String(headers['content-type']))) {
      const changed = (await text(body)).replace(/<ETag>[^<]*<\/ETag>/g, `<ETag>${one.fault.etag}</ETag>`);
      if ('content-length' in headers) headers['content-length'] = Buffer.byteLength(changed);
      body = Readable.from([Buffer.from(changed)]);
    }
  }
  outgoing.writeHead(answer.statusCode ?? 502, headers);
  await pipeline([body, ...applied.flatMap((one) => onTheWay(exchange, one)), outgoing]);
}

async function beforeHeaders(
  exchange: Exchange,
  { fault, note, removed }: Applied,
  answer: IncomingMessage,
): Promise<void> {
  if (fault.kind === 'stall' && fault.at === 'answer') {
    note();
    await removed;
  }
  if (fault.kind === 'lose-answer') {
    await answer.toArray();
    note();
    reset(exchange);
  }
}

function changeHeaders({ fault, note }: Applied, headers: OutgoingHttpHeaders): void {
  if (fault.kind === 'clock') {
    note();
    headers['date'] = new Date(Date.now() + fault.offsetMs).toUTCString();
  }
  if (fault.kind === 'etag') {
    note();
    if ('etag' in headers) headers['etag'] = fault.etag;
  }
  if (fault.kind !== 'truncate' && fault.kind !== 'flip') return;
  if (fault.checksums === 'removed') {
    for (const name of Object.keys(headers)) if (name.startsWith('x-amz-checksum-')) delete headers[name];
  }
  if (fault.kind === 'truncate' && Number(headers['content-length']) > fault.toBytes) {
    note();
    headers['content-length'] = fault.toBytes;
  }
}

function onTheWay(exchange: Exchange, { fault, note, removed }: Applied): Transform[] {
  if (fault.kind === 'truncate') return [firstBytes(fault.toBytes)];
  if (fault.kind === 'flip' && fault.side === 'answer') return [flipAt(fault.atByte, note)];
  if (fault.kind === 'cut' && fault.side === 'answer') {
    return [
      atByte(fault.afterBytes, () => {
        note();
        return resetAfterSending(exchange);
      }),
    ];
  }
  if (fault.kind === 'stall' && fault.at === 'answer-body') {
    return [
      atByte(fault.afterBytes, () => {
        note();
        return removed;
      }),
    ];
  }
  return [];
}
