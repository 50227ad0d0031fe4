import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A request that passed the proxy, with the progress of body and answer. */
export interface Passed {
  readonly method: string;
  readonly url: string;
  readonly range: string | undefined;
  received: number;
  status: number | undefined;
  sent: number;
}

/** A fault of a request, at byte offsets in the bodies of request and answer. */
export interface Fault {
  readonly cutRequestAt?: number;
  readonly cutAnswerAt?: number;
  readonly flipRequestAt?: number;
  readonly flipAnswerAt?: number;
}

/** Starts a proxy for a server. It records the requests that pass, and injects faults. */
export async function startProxy(target: string) {
  const passed: Passed[] = [];
  const proxy = {
    url: '',
    passed,
    most: 0,
    fault: (_: Passed): Fault | undefined => undefined,
    /** Forgets all requests, including unfinished ones: the requests of a killed client end later. */
    clear() {
      passed.length = 0;
      proxy.most = 0;
      counted = { underWay: 0 };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  let counted = { underWay: 0 };
  const server = createServer((incoming, outgoing) => {
    const since = counted;
    since.underWay += 1;
    proxy.most = Math.max(proxy.most, since.underWay);
    outgoing.on('close', () => {
      since.underWay -= 1;
    });
    pass(incoming, outgoing).catch(() => outgoing.destroy());
  });

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = incoming;
    const note: Passed = { method, url, range: headers.range, received: 0, status: undefined, sent: 0 };
    passed.push(note);
    const fault = proxy.fault(note) ?? {};
    const upstream = request(`${target}${url}`, { method, headers, agent: false });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      upstream.on('response', resolve);
      upstream.on('error', reject);
    });
    const sending = pipeline(
      incoming,
      harm(fault.cutRequestAt, fault.flipRequestAt, (bytes) => {
        note.received += bytes;
      }),
      upstream,
    );
    // The answer may arrive before the end of the request body.
    const answer = await Promise.race([answered, sending.then(() => answered)]);
    sending.catch(() => {});
    note.status = answer.statusCode ?? 0;
    outgoing.writeHead(note.status, answer.headers);
    await pipeline(
      answer,
      harm(fault.cutAnswerAt, fault.flipAnswerAt, (bytes) => {
        note.sent += bytes;
      }),
      outgoing,
    );
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}

export type TestProxy = Awaited<ReturnType<typeof startProxy>>;

function harm(cutAt = Infinity, flipAt = Infinity, count: (bytes: number) => void): Transform {
  let at = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const whole = chunk.subarray(0, cutAt - at);
      const flip = flipAt - at;
      if (flip >= 0 && flip < whole.length) whole[flip] = (whole[flip] ?? 0) ^ 1;
      at += whole.length;
      count(whole.length);
      this.push(whole);
      // The delay lets the bytes before the cut reach the other side.
      if (whole.length < chunk.length || at >= cutAt) setTimeout(() => done(new Error('cut')), 20);
      else done();
    },
  });
}
