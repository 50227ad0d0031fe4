import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newExperiment } from '../../../../testing/objects.ts';
import { hangUp } from '../../../../testing/raw-request.ts';
import { startTestServer, type TestServer } from '../../../../testing/test-server.ts';

let server: TestServer;
let path: string;
const content = randomBytes(1_000_000);
beforeAll(async () => {
  server = await startTestServer();
  path = `/v1/experiments/${(await newExperiment(server)).id}/files/data.bin`;
  await server.api('PUT', path, content, { 'content-type': 'application/x-onnx' });
});
afterAll(() => server.stop());

async function get(range: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(`${server.url}${path}`, { method, headers: { range, ...headers } });
  const body = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, body };
}

/** Parses a multipart body by the grammar of the RFC, without code of the server. */
function partsOf({ headers, body }: { headers: Headers; body: Buffer }): { head: string; bytes: Buffer }[] {
  const boundary = /^multipart\/byteranges; boundary=([\w-]+)$/.exec(
    String(headers.get('content-type')),
  )?.[1];
  let rest = Buffer.concat([Buffer.from('\r\n'), body]);
  const parts: { head: string; bytes: Buffer }[] = [];
  const delimiter = `\r\n--${boundary}`;
  expect(rest.indexOf(delimiter)).toBe(0);
  for (;;) {
    rest = rest.subarray(delimiter.length);
    if (rest.toString('latin1') === '--\r\n') return parts;
    const headEnd = rest.indexOf('\r\n\r\n') + 4;
    const end = rest.indexOf(delimiter);
    expect(end).toBeGreaterThan(0);
    parts.push({ head: rest.subarray(2, headEnd).toString(), bytes: rest.subarray(headEnd, end) });
    rest = rest.subarray(end);
  }
}

describe('several ranges of a file', () => {
  it('are 206 with one part each, with position, type and exact length', async () => {
    const answer = await get('bytes=0-1,5-6');
    expect(answer.status).toBe(206);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-length': `${answer.body.length}`,
      'accept-ranges': 'bytes',
      'content-disposition': 'attachment; filename="data.bin"',
      'x-content-type-options': 'nosniff',
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
    });
    expect(answer.headers.get('content-range')).toBeNull();
    const head = (range: string) =>
      `Content-Type: application/x-onnx\r\nContent-Range: bytes ${range}/1000000\r\n\r\n`;
    expect(partsOf(answer)).toEqual([
      { head: head('0-1'), bytes: content.subarray(0, 2) },
      { head: head('5-6'), bytes: content.subarray(5, 7) },
    ]);
  });

  it('are returned byte for byte in the requested order', async () => {
    const range = fc
      .tuple(fc.nat(999_999), fc.nat(300_000))
      .map(([start, more]) => ({ start, end: start + more }));
    await fc.assert(
      fc.asyncProperty(fc.array(range, { minLength: 1, maxLength: 6 }), async (ranges) => {
        const answer = await get(`bytes=${ranges.map(({ start, end }) => `${start}-${end}`).join(', ')}`);
        expect(answer.status).toBe(206);
        const isOne = answer.headers.get('content-range') !== null;
        const parts = isOne
          ? [{ head: `Content-Range: ${answer.headers.get('content-range')}`, bytes: answer.body }]
          : partsOf(answer);
        const got = new Set<number>();
        for (const { head, bytes } of parts) {
          const [, start, end] = /Content-Range: bytes (\d+)-(\d+)\/1000000/.exec(head) ?? [];
          expect(bytes.equals(content.subarray(Number(start), Number(end) + 1))).toBe(true);
          for (const edge of [Number(start), Number(end)]) got.add(edge);
        }
        const first = ranges[0]!;
        expect(
          parts[0]!.bytes.includes(content.subarray(first.start, Math.min(first.start + 8, first.end + 1))),
        ).toBe(true);
        const wanted = ranges.flatMap(({ start, end }) => [start, Math.min(end, 999_999)]);
        expect(Math.min(...got)).toBe(Math.min(...wanted));
        expect(Math.max(...got)).toBe(Math.max(...wanted));
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['bytes=0-1,2000000-', 'bytes 0-1/1000000'],
    ['bytes=10-19,20-29', 'bytes 10-29/1000000'],
    ['bytes=20-29,10-24', 'bytes 10-29/1000000'],
    ['bytes=0-,-5,3-4', 'bytes 0-999999/1000000'],
  ])('are a plain 206 for %s, which is one range', async (range, contentRange) => {
    const { status, headers, body } = await get(range);
    expect([status, headers.get('content-range')]).toEqual([206, contentRange]);
    expect(headers.get('content-type')).toBe('application/x-onnx');
    expect(headers.get('content-length')).toBe(`${body.length}`);
  });

  it('are 416 if all of them lie outside', async () => {
    const { status, headers } = await get('bytes=1000000-,-0');
    expect([status, headers.get('content-range')]).toEqual([416, 'bytes */1000000']);
  });

  it('are ignored for HEAD, for If-Range of other content, and if there are too many', async () => {
    const many = `bytes=${Array.from({ length: 33 }, (_, index) => `${index * 10}-${index * 10}`).join(',')}`;
    for (const answer of [
      await get('bytes=0-1,5-6', {}, 'HEAD'),
      await get('bytes=0-1,5-6', { 'if-range': '"other"' }),
      await get(many),
    ]) {
      expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '1000000']);
    }
  });

  it('tolerate clients that disconnect', async () => {
    for (let i = 0; i < 5; i++) {
      const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-400000,500000-\r\n\r\n`;
      await hangUp(server, request, i * 2);
    }
    expect((await get('bytes=0-1,5-6')).status).toBe(206);
  });
});
