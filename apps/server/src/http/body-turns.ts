import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { HttpProblem } from '../protocol/problem.ts';
import type { Settings } from '../protocol/settings.ts';
import { waitForPlace } from './wait-for-place.ts';

/** Largest body in bytes that never waits. */
const SMALL = 16 * 1024;
/** Bodies of the largest size that one caller may have in memory at a time. */
const LARGEST_OF_CALLER = 2;
/** Bodies of the largest size that all callers together may have in memory at a time. */
const LARGEST_OF_ALL = 6;
/** If this many are in memory, only callers without a body may add one. */
const LARGEST_SHARED = 3;
/** Largest share of the process time that parsing the larger bodies of one caller may use. */
const SHARE = 1 / 3;
const RETRY_LATER = { 'retry-after': '5' };

interface Waiting {
  readonly bytes: number;
  readonly limit: number;
  readonly enter: () => void;
}

interface Line {
  /** Bytes of the bodies that are in memory or announced. */
  bytes: number;
  readonly waiting: Waiting[];
  /** Resolves when the last body is parsed and the pause after it is over. */
  parsed: Promise<unknown>;
}

export interface BodyTurn {
  /** Waits for the turn of the body, then runs `work`, which parses it synchronously. */
  parse<T>(work: () => T): Promise<T>;
  /** Frees the room. Must be called even if the body was refused. */
  leave(): void;
}

export interface BodyTurns {
  /**
   * Waits until a body has room in memory.
   * @param bytes announced for the body, or its largest possible size.
   * @param limit largest size of any body, in bytes.
   * @param gone aborts if the client closes the connection.
   * @throws HttpProblem after `timeout` milliseconds. rate_limited (429): other bodies of the caller use the room.
   *   unavailable (503): bodies of other callers use it.
   */
  enter(caller: string, bytes: number, limit: number, timeout: number, gone: AbortSignal): Promise<BodyTurn>;
}

/**
 * Bounds the memory of larger bodies, of each caller and of all callers together, and the time to parse them. Parsing
 * blocks the process, so each pass through the event loop parses one body only.
 */
export function bodyTurns(): BodyTurns {
  const lines = new Map<string, Line>();
  let previous: Promise<unknown> = Promise.resolve();
  let held = 0;

  function lineOf(caller: string): Line {
    const line = lines.get(caller) ?? { bytes: 0, waiting: [], parsed: Promise.resolve() };
    lines.set(caller, line);
    return line;
  }

  const exceedsOwn = (line: Line, bytes: number, limit: number): boolean =>
    line.bytes > 0 && line.bytes + bytes > limit * LARGEST_OF_CALLER;

  function fits(line: Line, { bytes, limit }: Waiting): boolean {
    if (exceedsOwn(line, bytes, limit)) return false;
    return held + bytes <= limit * (line.bytes > 0 ? LARGEST_SHARED : LARGEST_OF_ALL);
  }

  /** Admits all bodies that fit. A caller whose body was admitted goes to the end of the queue. */
  function admit(): void {
    for (const [caller, line] of lines) {
      const [next] = line.waiting;
      if (next === undefined || !fits(line, next)) continue;
      line.waiting.shift();
      line.bytes += next.bytes;
      held += next.bytes;
      lines.delete(caller);
      lines.set(caller, line);
      next.enter();
    }
  }

  /** Runs `work` in its own pass through the event loop, so that other requests run between two bodies. */
  async function alone<T>(work: () => T): Promise<T> {
    const passed = previous.then(() => new Promise<void>((resolve) => setImmediate(resolve)));
    previous = passed;
    await passed;
    return work();
  }

  function parse<T>(line: Line, work: () => T): Promise<T> {
    let ms = 0;
    const timed = () => {
      const start = performance.now();
      try {
        return work();
      } finally {
        ms = performance.now() - start;
      }
    };
    const result = line.parsed.then(() => alone(timed));
    const pause = () => sleep(ms * (1 / SHARE - 1));
    line.parsed = result.then(pause, pause);
    return result;
  }

  /** Deletes the line of a caller without bodies after the pause. */
  function forget(caller: string, line: Line): void {
    const { parsed } = line;
    const isIdle = () => line.parsed === parsed && line.bytes === 0 && line.waiting.length === 0;
    void parsed.then(() => isIdle() && lines.delete(caller));
  }

  return {
    async enter(caller, bytes, limit, timeout, gone) {
      const line = lineOf(caller);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const waiter: Waiting = { bytes, limit, enter: resolve };
      line.waiting.push(waiter);
      admit();
      const giveUp = (error: HttpProblem) => {
        const at = line.waiting.indexOf(waiter);
        if (at >= 0) line.waiting.splice(at, 1);
        reject(error);
        admit();
        forget(caller, line);
      };
      const onLate = () =>
        giveUp(exceedsOwn(line, bytes, limit) ? tooMany(timeout) : tooManyOfOthers(timeout));
      const onGone = () =>
        giveUp(new HttpProblem('malformed', 'The connection closed before the whole body arrived.'));
      await waitForPlace(promise, { wait: timeout, gone, onLate, onGone });
      return {
        parse: (work) => parse(line, work),
        leave() {
          line.bytes -= bytes;
          held -= bytes;
          admit();
          forget(caller, line);
        },
      };
    },
  };
}

const tooMany = (timeout: number): HttpProblem =>
  new HttpProblem(
    'rate_limited',
    `The server waited ${timeout} ms for memory, because this caller sends too many large bodies at once. Send fewer ` +
      'at a time.',
    {},
    RETRY_LATER,
  );

const tooManyOfOthers = (timeout: number): HttpProblem =>
  new HttpProblem(
    'unavailable',
    `Large bodies of other callers filled the memory for bodies for ${timeout} ms. Send the request again later.`,
    {},
    RETRY_LATER,
  );

/** Shared by all servers of the process: parsing blocks them all. */
const turns = bodyTurns();

/** Whether a body is larger than those that never wait. */
export const isLarge = ({ raw: { headers } }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > SMALL;

/** Waits for the turn of a larger body. Undefined for a small body, and for a body that is too large to be read. */
export async function turnOf(
  { headers, socket }: IncomingMessage,
  caller: string,
  { auth, bodyLimit, bodyTimeout }: Settings,
): Promise<BodyTurn | undefined> {
  const isChunked = headers['transfer-encoding'] !== undefined;
  const bytes = isChunked ? bodyLimit : Number(headers['content-length'] ?? 0);
  // Every caller of an open server is its administrator.
  if (auth === 'open' || bytes <= SMALL || bytes > bodyLimit) return undefined;
  const gone = new AbortController();
  const onClose = () => gone.abort();
  socket.once('close', onClose);
  try {
    return await turns.enter(caller, bytes, bodyLimit, bodyTimeout, gone.signal);
  } finally {
    socket.off('close', onClose);
  }
}
