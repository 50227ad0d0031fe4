import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { freshName, newModel } from '../../../testing/objects.ts';
import { connectRaw, type RawConnection } from '../../../testing/raw.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

/* Plain uploads under way never store much more than the room in the quotas, however many run. */

let server: TestServer;
const connections: RawConnection[] = [];
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  for (const { socket } of connections.splice(0)) socket.destroy();
  await expect.poll(temporaryFiles).toEqual([]);
});
afterAll(() => server.stop());

const KiB = 1024;
const MiB = 1024 * KiB;
const temporaryFiles = () => readdir(join(server.blobsDir, 'tmp'));

/** Makes a namespace with a quota, and a model in a namespace below it. */
async function limited(quotaBytes = MiB) {
  const root = freshName('room');
  const model = await newModel(server, { namespace: `${root}/team` });
  const path = `/v1/namespaces/${ref(root)}`;
  expect((await server.api('PATCH', path, { quotaBytes })).status).toBe(200);
  const usage = async () => (await server.api('GET', `${path}/usage`)).body;
  return { root, files: `/v1/models/${model.id}/files`, usage };
}

/** Sends the head of an upload without its body. */
async function begin(path: string, length: number | 'chunked'): Promise<RawConnection> {
  const connection = await connectRaw(server.url);
  connections.push(connection);
  const framing = length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`;
  connection.send(`PUT ${path} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n${framing}\r\n\r\n`);
  return connection;
}

const ANSWER = /HTTP\/1\.1 ([24]\d\d) [\s\S]*?\r\n\r\n(\{.*\})/;
async function answerOf(connection: RawConnection): Promise<{ status: number; body: any }> {
  const [, status, body = ''] = await connection.until(ANSWER);
  return { status: Number(status), body: JSON.parse(body) };
}

/** Waits until the server reads the body of an upload. */
const accepted = (connection: RawConnection) => connection.until(/^HTTP\/1\.1 100 /);

function sendChunks(connection: RawConnection, bytes: number): void {
  for (let sent = 0; sent < bytes; sent += 32 * KiB) {
    connection.send(`${(32 * KiB).toString(16)}\r\n`);
    connection.send(randomBytes(32 * KiB));
    connection.send('\r\n');
  }
}
const endChunks = (connection: RawConnection) => connection.send('0\r\n\r\n');

const refused = { status: 413, body: { code: 'quota_exceeded' } };

it('cuts off a chunked upload soon after the room is used up', async () => {
  const { root, files, usage } = await limited();
  const connection = await begin(`${files}/endless`, 'chunked');
  // The upload never ends, so only the cut-off can answer it.
  sendChunks(connection, MiB + 128 * KiB);
  const answer = await answerOf(connection);
  expect(answer).toMatchObject(refused);
  expect(answer.body.detail).toContain(`The namespace ${root} has a quota of ${MiB} bytes. 0 bytes are used`);
  await expect.poll(temporaryFiles).toEqual([]);
  expect(await usage()).toMatchObject({ usedBytes: 0, files: 0 });
  const whole = new Blob([randomBytes(16 * MiB)]).stream();
  expect(await server.api('PUT', `${files}/endless`, whole)).toMatchObject(refused);
  const fits = new Blob([randomBytes(MiB)]).stream();
  expect((await server.api('PUT', `${files}/fits`, fits)).status).toBe(201);
});

it('refuses announced uploads that together exceed the room, before their bodies', async () => {
  const { files, usage } = await limited();
  const size = Math.floor(0.9 * MiB);
  const all = await Promise.all(Array.from({ length: 10 }, (_, n) => begin(`${files}/${n}`, size)));
  const outcomes = await Promise.all(
    all.map(async (connection) => {
      await connection.until(/^HTTP\/1\.1 (100|413) /);
      return connection.text().startsWith('HTTP/1.1 100') ? connection : answerOf(connection);
    }),
  );
  const running = outcomes.flatMap((outcome) => ('socket' in outcome ? [outcome] : []));
  expect(running).toHaveLength(1);
  const answers = outcomes.flatMap((outcome) => ('socket' in outcome ? [] : [outcome]));
  expect(answers).toHaveLength(9);
  for (const answer of answers) {
    expect(answer).toMatchObject(refused);
    expect(answer.body.detail).toContain(`${size} of the used bytes belong to uploads under way`);
  }
  running[0]?.send(randomBytes(size));
  expect((await answerOf(running[0] as RawConnection)).status).toBe(201);
  expect(await usage()).toMatchObject({ usedBytes: size, files: 1 });
});

it('cuts off chunked uploads that together exceed the room', async () => {
  const { files } = await limited();
  const [first, second] = [await begin(`${files}/a`, 'chunked'), await begin(`${files}/b`, 'chunked')];
  sendChunks(first, 640 * KiB);
  sendChunks(second, 640 * KiB);
  const cut = await Promise.race([first, second].map((one) => answerOf(one).then(() => one)));
  expect(await answerOf(cut)).toMatchObject(refused);
  const other = cut === first ? second : first;
  endChunks(other);
  expect((await answerOf(other)).status).toBe(201);
});

it('counts a chunked upload with the bytes received so far, until it ends or breaks', async () => {
  const { files } = await limited();
  const chunked = await begin(`${files}/a`, 'chunked');
  await accepted(chunked);
  sendChunks(chunked, 512 * KiB);
  const send = (bytes: number) => server.api('PUT', `${files}/b`, randomBytes(bytes));
  await expect.poll(async () => (await send(768 * KiB)).status).toBe(413);
  await server.api('DELETE', `${files}/b`);
  chunked.socket.destroy();
  await expect.poll(async () => (await send(768 * KiB)).status).toBe(201);
});

it('frees the room of an announced upload when its connection breaks', async () => {
  const { files } = await limited();
  const broken = await begin(`${files}/a`, MiB);
  await accepted(broken);
  const send = () => server.api('PUT', `${files}/a`, randomBytes(MiB));
  expect(await send()).toMatchObject(refused);
  broken.socket.destroy();
  await expect.poll(async () => (await send()).status).toBe(201);
});

it('subtracts the content that uploads replace once, for all uploads of the file', async () => {
  const { files } = await limited();
  expect((await server.api('PUT', `${files}/a`, randomBytes(MiB))).status).toBe(201);
  const first = await begin(`${files}/a`, MiB);
  await accepted(first);
  expect(await server.api('PUT', `${files}/a`, randomBytes(MiB))).toMatchObject(refused);
  first.send(randomBytes(MiB));
  expect((await answerOf(first)).status).toBe(200);
  expect((await server.api('PUT', `${files}/a`, randomBytes(MiB))).status).toBe(200);
});

it('does not count running uploads in namespaces beside or without a quota', async () => {
  const { files } = await limited();
  const beside = await limited();
  const first = await begin(`${files}/a`, MiB);
  await accepted(first);
  expect((await server.api('PUT', `${beside.files}/a`, randomBytes(MiB))).status).toBe(201);
  const free = await newModel(server, { namespace: freshName('free') });
  const uploads = Array.from({ length: 4 }, (_, n) =>
    server.api('PUT', `/v1/models/${free.id}/files/${n}`, randomBytes(MiB)),
  );
  for (const { status } of await Promise.all(uploads)) expect(status).toBe(201);
});
