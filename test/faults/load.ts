import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'vitest';

interface Kept {
  readonly what: string;
  check(url: string): Promise<void>;
}

/** Several writers that send writes as fast as the server answers, and record the answers. */
export interface Load {
  fewest(): number;
  refused(): number;
  /** Forbidden answers: neither success nor 503 with `Retry-After`. */
  readonly faults: string[];
  cutOff(): number;
  stop(): Promise<void>;
  /** Checks all answered writes, on a server over the same data. */
  verify(url: string): Promise<void>;
  /** Remembers the answered writes so far. The returned function checks them, and that nothing is incomplete. */
  mark(): (url: string) => Promise<void>;
}

const WRITERS = 5;
/** Versions of a writer's model; its alias moves around them. */
const VERSIONS = 7;

interface Answer {
  readonly status: number;
  readonly body: any;
}

async function send(
  url: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer & { retryAfter: string | null }> {
  const isBytes = body instanceof Uint8Array;
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    headers: { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' },
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === '' ? undefined : JSON.parse(text),
    retryAfter: response.headers.get('retry-after'),
  };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/**
 * Starts the writers; returns when each has written something.
 * @param namespace of the written objects; concurrent loads need different ones.
 */
export async function startLoad(url: string, namespace = 'load'): Promise<Load> {
  const counts = { refused: 0, cutOff: 0 };
  const faults: string[] = [];
  let isOver = false;
  const writers = await Promise.all(
    Array.from({ length: WRITERS }, (_, index) => prepare(url, namespace, index)),
  );
  const running = writers.map(async (writer) => {
    for (let round = 1; !isOver; round++) {
      for (const write of writer.writes(round)) {
        if (isOver) break;
        try {
          const answer = await send(url, write.method, write.path, write.body);
          if (answer.status < 300) writer.kept.push(write.kept(answer.body));
          else if (answer.status === 503 && answer.retryAfter !== null) {
            counts.refused += 1;
            await new Promise((resolve) => setTimeout(resolve, 50));
          } else
            faults.push(`${write.method} ${write.path}: ${answer.status} ${JSON.stringify(answer.body)}`);
        } catch (error) {
          counts.cutOff += 1;
          if (!isOver) await new Promise((resolve) => setTimeout(resolve, 50));
          if (!(error instanceof TypeError)) throw error;
        }
      }
    }
  });
  return {
    fewest: () => Math.min(...writers.map(({ kept }) => kept.length)),
    refused: () => counts.refused,
    cutOff: () => counts.cutOff,
    faults,
    stop: async () => {
      isOver = true;
      await Promise.all(running);
    },
    verify: async (at) => {
      for (const { kept, verifyWhole, verifyAlias } of writers) {
        for (const { check } of kept) await check(at);
        await verifyWhole(at);
        await verifyAlias(at);
      }
    },
    mark: () => {
      const marked = writers.map(({ kept, verifyWhole }) => ({ kept: [...kept], verifyWhole }));
      return async (at) => {
        for (const { kept, verifyWhole } of marked) {
          for (const { check } of kept) await check(at);
          await verifyWhole(at);
        }
      };
    },
  };
}

interface Write {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  kept(answer: any): Kept;
}

/** Creates a writer's experiment and model; returns the writes of each round. */
async function prepare(url: string, namespace: string, index: number) {
  const run = `/v1/experiments/${namespace}%2Frun-${index}`;
  const model = `/v1/models/${namespace}%2Fmodel-${index}`;
  await send(url, 'POST', '/v1/experiments', { namespace, name: `run-${index}` });
  await send(url, 'POST', '/v1/models', { namespace, name: `model-${index}` });
  for (let version = 0; version < VERSIONS; version++)
    await send(url, 'POST', `${model}/versions`, { version: `v${version}`, files: [] });
  const kept: Kept[] = [];
  /** Possible positions of the alias: the last answered move, or any later unanswered move. */
  let places: string[] = [];
  const writes = (round: number): Write[] => {
    const content = randomBytes(1 + Math.floor(Math.random() * 200_000));
    const path = `${run}/files/round-${round}.bin`;
    const target = `v${round % VERSIONS}`;
    places.push(target);
    return [
      {
        method: 'POST',
        path: `${run}/checkpoints`,
        body: { epoch: round, metrics: { loss: 1 / round }, files: [`s3://b/${round}.pt`] },
        kept: ({ id }) => ({
          what: `checkpoint ${round}`,
          check: async (at) => {
            const { status, body } = await send(at, 'GET', `/v1/checkpoints/${id}`);
            expect({ status, epoch: body.epoch, metrics: body.metrics, files: body.fileCount }).toEqual({
              status: 200,
              epoch: round,
              metrics: { loss: 1 / round },
              files: 1,
            });
          },
        }),
      },
      {
        method: 'POST',
        path: `${run}/metrics`,
        body: {
          metrics: Array.from({ length: 20 }, (_, step) => ({ key: `m${step}`, value: round, step: round })),
        },
        kept: () => ({
          what: `metrics ${round}`,
          check: async (at) => {
            const { body } = await send(at, 'GET', `${run}/metrics?fromStep=${round}&toStep=${round}`);
            expect(body.items.map(({ value }: { value: number }) => value)).toEqual(Array(20).fill(round));
          },
        }),
      },
      {
        method: 'PUT',
        path,
        body: content,
        kept: () => ({
          what: `upload ${round}`,
          check: async (at) => {
            const bytes = Buffer.from(await (await fetch(`${at}${path}`)).arrayBuffer());
            expect(bytes.equals(content), path).toBe(true);
          },
        }),
      },
      {
        method: 'PUT',
        path: `${model}/aliases/prod`,
        body: { version: target },
        kept: () => {
          places = [target];
          return { what: `alias ${round}`, check: async () => {} };
        },
      },
    ];
  };
  /**
   * Checks that nothing is incomplete: each file has its bytes, each checkpoint its metrics, the alias its whole
   * history.
   */
  const verifyWhole = async (at: string) => {
    for await (const file of pages(at, `${run}/files`)) {
      const bytes = new Uint8Array(await (await fetch(`${at}${run}/files/${file.path}`)).arrayBuffer());
      expect({ size: bytes.length, sha256: sha256(bytes) }).toEqual({
        size: file.sizeBytes,
        sha256: file.sha256,
      });
    }
    for await (const checkpoint of pages(at, `${run}/checkpoints`)) {
      expect(checkpoint).toMatchObject({
        status: 'ready',
        fileCount: 1,
        metrics: { loss: 1 / checkpoint.epoch },
      });
    }
    const history: any[] = await Array.fromAsync(pages(at, `${model}/aliases/prod/history`));
    const holder = await send(at, 'GET', `${model}/aliases/prod`);
    expect(holder.body.version).toBe(history[0].to);
    for (const [newer, older] of history.slice(0, -1).map((move, place) => [move, history[place + 1]]))
      expect(newer.from).toBe(older.to);
  };
  const verifyAlias = async (at: string) => {
    const { body } = await send(at, 'GET', `${model}/aliases/prod`);
    expect(places).toContain(body.version);
  };
  return { kept, writes, verifyWhole, verifyAlias };
}

async function* pages(url: string, path: string): AsyncGenerator<any> {
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { status, body }: Answer = await send(
      url,
      'GET',
      `${path}?limit=200${cursor && `&cursor=${cursor}`}`,
    );
    expect({ path, status, body }).toMatchObject({ status: 200 });
    yield* body.items;
    cursor = body.nextCursor;
  }
}
