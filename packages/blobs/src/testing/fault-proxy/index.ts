import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { passBack } from './after.ts';
import { befallBefore } from './before.ts';
import type { Exchange, Target } from './exchange.ts';
import type { Fault } from './fault.ts';
import { forward } from './forward.ts';
import { type S3Request, s3Request } from './operation.ts';
import { createRules, type Injected, type Matching, type Rule } from './rules.ts';

/** A proxy in front of an S3 server that keeps signatures valid and injects faults. */
export interface FaultProxy {
  /** The endpoint for a store. */
  readonly endpoint: string;
  /** All received requests in order, with or without a fault. */
  readonly requests: readonly S3Request[];
  /** All faults that happened, in order. */
  readonly injected: readonly Injected[];
  /** Adds a rule until it is removed. If several rules match a request, all apply, in the order of their adding. */
  inject(fault: Fault, matching?: Matching): Rule;
  /** Removes all rules and clears the records. */
  clear(): void;
  close(): Promise<void>;
}

/** @param target The endpoint may have no path; buckets must be in the path of requests. */
export async function startFaultProxy(target: Target): Promise<FaultProxy> {
  const requests: S3Request[] = [];
  const injected: Injected[] = [];
  const rules = createRules(injected);

  const handle = (incoming: IncomingMessage, outgoing: ServerResponse, askForBody: () => void) => {
    const { method = '', url = '', headers } = incoming;
    const { socket } = incoming;
    const request = s3Request(method, url, headers);
    requests.push(request);
    const exchange = { target, request, applied: rules.match(request), incoming, outgoing, askForBody };
    // The client disconnects itself, or expects the connection to break.
    exchangeOne(exchange)
      .catch(() => socket.destroy())
      .finally(() => {
        for (const { ended } of exchange.applied) ended();
      });
  };
  // The proxy has no timeouts, because timeouts are up to the client.
  const http = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  http.on('request', (incoming, outgoing) => handle(incoming, outgoing, () => {}));
  http.on('checkContinue', (incoming, outgoing) => {
    let isAsked = false;
    handle(incoming, outgoing, () => {
      if (!isAsked) outgoing.writeContinue();
      isAsked = true;
    });
  });

  const sockets = new Set<Socket>();
  const tcp = createTcpServer({ pauseOnConnect: true }, async (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    await rules.connecting();
    if (socket.destroyed) return;
    http.emit('connection', socket);
    socket.resume();
  }).listen(0, '127.0.0.1');
  await once(tcp, 'listening');

  return {
    endpoint: `http://127.0.0.1:${(tcp.address() as AddressInfo).port}`,
    requests,
    injected,
    inject: rules.add,
    clear() {
      rules.removeAll();
      requests.length = 0;
      injected.length = 0;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      rules.removeAll();
      tcp.close();
      await once(tcp, 'close');
    },
  };
}

async function exchangeOne(exchange: Exchange): Promise<void> {
  if (await befallBefore(exchange)) return;
  if (exchange.outgoing.destroyed) return;
  await passBack(exchange, await forward(exchange));
}
