import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Operation, operations } from '../../testing/fuzz/document.ts';
import { faultOf, misanswer, type Sent } from '../../testing/fuzz/judge.ts';
import { createObjects, fillIn, type Objects } from '../../testing/fuzz/objects.ts';
import { type FuzzRequest, requestsOf } from '../../testing/fuzz/requests.ts';
import { startTestServer, type TestServer } from '../../testing/test-server.ts';

/** Requests to each operation; `MODELBOX_TEST_FUZZ_RUNS` for longer hunts. */
const RUNS = Number(process.env['MODELBOX_TEST_FUZZ_RUNS'] ?? 55);
const SEED = process.env['MODELBOX_TEST_FUZZ_SEED'];

let server: TestServer;
let objects: Objects;
const counts = { all: 0, done: 0, refused: 0, wronglySent: 0 };
const reached = new Set<string>();

beforeAll(async () => {
  server = await startTestServer();
  objects = await createObjects(server);
}, 300_000);
afterAll(() => server?.stop());

/** Operations that freeze or delete objects come last, parts before wholes, so that others still find objects. */
function rank({ method, path }: Operation): number {
  if (/\/finalize$/.test(path)) return 5;
  // A quota could leave no space for the uploads of other operations.
  if (method === 'PATCH' && path.includes('namespace')) return 4;
  if (method === 'DELETE') return path.includes('/files/') ? 4 : 1000 - path.length;
  return ['GET', 'PUT', 'PATCH', 'POST'].indexOf(method);
}
const inOrder = [...operations].sort((a, b) => rank(a) - rank(b));

describe('requests made from the OpenAPI document', () => {
  it.each(inOrder)(
    '$method $path',
    async (operation) => {
      await fc.assert(
        fc.asyncProperty(requestsOf(operation), (request) => probe(operation, request)),
        {
          numRuns: RUNS,
          plugins: [fc.interruptAfterTimeLimit(RUNS * 400, { failOnInterrupt: true })],
          ...(SEED === undefined ? {} : { seed: Number(SEED) }),
        },
      );
    },
    RUNS * 500,
  );

  it('were many, valid and invalid, and reached every operation', () => {
    expect(counts.all).toBeGreaterThanOrEqual(5000);
    expect(counts.done).toBeGreaterThan(counts.all / 5);
    expect(counts.refused).toBeGreaterThan(counts.all / 5);
    expect(counts.wronglySent).toBeGreaterThan(counts.all / 10);
    // The disk signs no parts, and random values never match the digest of a rule.
    const impossible = /^uploads\.parts\.sign$|\.rules\.(?:allow|withdraw)$/;
    const missed = operations
      .filter(({ id }) => !reached.has(id) && !impossible.test(id))
      .map(({ id }) => id);
    // A single run may miss a few rare operations.
    expect(missed.length, missed.join(', ')).toBeLessThan(4);
  });
});

async function probe(operation: Operation, request: FuzzRequest): Promise<void> {
  const { sent, url } = prepare(operation, request);
  const response = await server.app.inject({
    method: operation.method as 'GET',
    url,
    headers: sent.headers,
    ...(sent.payload === undefined ? {} : { payload: sent.payload }),
  });
  const received = {
    status: response.statusCode,
    type: String(response.headers['content-type'] ?? ''),
    headers: response.headers,
    text: response.payload,
  };
  const isDone = received.status < 300;
  const fault = faultOf(operation, sent);
  counts.all += 1;
  counts[isDone ? 'done' : 'refused'] += 1;
  if (fault !== undefined) counts.wronglySent += 1;
  if (isDone) reached.add(operation.id);
  const wrong = misanswer(operation, received) ?? (isDone && fault ? `accepted though ${fault}` : undefined);
  if (wrong === undefined) return;
  const body = sent.payload?.toString('utf8').slice(0, 2000);
  throw new Error(
    `${wrong}\n${operation.method} ${url}\n${JSON.stringify(sent.headers)}\n${body ?? ''}\n→ ` +
      `${received.status} ${received.text.slice(0, 2000)}`,
  );
}

function prepare(operation: Operation, request: FuzzRequest): { sent: Sent; url: string } {
  const path: Record<string, string> = {};
  const url = operation.path.replace(/\{([^}]*)\}/g, (_, name: string) => {
    const text = fillIn(request.path[name] ?? '', objects);
    if (!text.startsWith('raw:')) {
      path[name] = text.toWellFormed();
      return encodeURIComponent(path[name]);
    }
    path[name] = percentDecoded(text.slice(4));
    return text.slice(4);
  });
  const query = request.query.map(
    ([name, text]) => [name, fillIn(text, objects).replace(/^raw:/, '').toWellFormed()] as const,
  );
  const search = query
    .map(([name, text]) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`)
    .join('&');
  const payload =
    request.bytes ??
    (request.json === undefined ? undefined : Buffer.from(fillIn(JSON.stringify(request.json), objects)));
  return {
    sent: { path, query, headers: { host: 'localhost', ...request.headers }, payload },
    url: search === '' ? url : `${url}?${search}`,
  };
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
