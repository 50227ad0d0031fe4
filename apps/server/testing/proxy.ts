import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** One request as it passed, and how much of it and of its answer. */
export interface Passed {
  readonly method: string;
  readonly url: string;
  readonly range: string | undefined;
  /** Bytes of its body that came. */
  received: number;
  /** Of the answer; undefined while there is none. */
  status: number | undefined;
  /** Bytes of the answer's body that were passed on. */
  sent: number;
}

/** What is to go wrong with a request, by the offset in its body or in its answer's. */
export interface Fault {
  /** The connection breaks off there, in the request's body, */
  readonly cutRequestAt?: number;
  /** or in the answer's. */
  readonly cutAnswerAt?: number;
  /** A bit of this byte of the request's body, */
  readonly flipRequestAt?: number;
  /** or of the answer's is turned over. */
  readonly flipAnswerAt?: number;
}

/** A proxy before a server: it notes what passes, and does the harm that it is told to. */
export async function startProxy(target: string) {
  const passed: Passed[] = [];
  const proxy = {
    url: '',
    passed,
    /** The most requests that were under way at the same time. */
    most: 0,
    fault: (_: Passed): Fault | undefined => undefined,
    /** Forgets what passed, and what is still under way of it: a killed client's requests end when they are seen to. */
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
    // The answer may come before the end of what is sent.
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
      // Later, so that what was passed on is on its way.
      if (whole.length < chunk.length || at >= cutAt) setTimeout(() => done(new Error('cut')), 20);
      else done();
    },
  });
}
