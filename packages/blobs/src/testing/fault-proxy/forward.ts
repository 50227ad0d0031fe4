import { type IncomingMessage, type OutgoingHttpHeaders, request as send } from 'node:http';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { atByte, flipAt } from './bytes.ts';
import { type Exchange, readBody, reset } from './exchange.ts';
import { signAnew } from './sign.ts';

/** Forwards the request to the server, with the faults of its body. Returns the unread answer. */
export async function forward(exchange: Exchange): Promise<IncomingMessage> {
  const repeated = exchange.applied.find(({ fault }) => fault.kind === 'repeat');
  exchange.askForBody();
  if (!repeated) return once(exchange, exchange.incoming);
  const body = await readBody(exchange);
  const first = await once(exchange, Readable.from(body.length > 0 ? [body] : []));
  await first.resume().toArray();
  repeated.note();
  return once(exchange, Readable.from(body.length > 0 ? [body] : []));
}

async function once(exchange: Exchange, body: Readable): Promise<IncomingMessage> {
  const { method, url, headers } = toSend(exchange);
  const upstream = send(`${exchange.target.endpoint}${url}`, { method, headers, agent: false });
  exchange.outgoing.on('close', () => upstream.destroy());
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.on('response', resolve);
    upstream.on('error', reject);
  });
  const sending = pipeline([body, ...onTheWay(exchange), upstream]);
  sending.catch(() => {});
  answered.catch(() => {});
  // The server may answer before the body has been sent.
  return Promise.race([answered, sending.then(() => answered)]);
}

/** Keeps the host that the client signed. */
function toSend({ incoming, applied, target }: Exchange) {
  const { method = '', url = '', headers } = incoming;
  const clock = applied.some(({ fault }) => fault.kind === 'clock');
  if (clock && !target.credentials)
    throw new Error('the fault "clock" needs the credentials of the S3 server');
  const request = { method, url, headers };
  const signed = clock && target.credentials ? signAnew(request, target.credentials) : request;
  const kept: OutgoingHttpHeaders = { ...signed.headers };
  delete kept['connection'];
  delete kept['expect'];
  return { ...signed, headers: kept };
}

function onTheWay(exchange: Exchange): Transform[] {
  return exchange.applied.flatMap(({ fault, note, removed }) => {
    if (fault.kind === 'flip' && fault.side === 'request') return [flipAt(fault.atByte, note)];
    if (fault.kind === 'cut' && fault.side === 'request') {
      return [
        atByte(fault.afterBytes, async () => {
          note();
          reset(exchange);
        }),
      ];
    }
    if (fault.kind === 'stall' && fault.at === 'request-body') {
      return [
        atByte(fault.afterBytes, () => {
          note();
          return removed;
        }),
      ];
    }
    return [];
  });
}
