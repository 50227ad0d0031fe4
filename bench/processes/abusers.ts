// One viewer and one contributor with many connections each, who keep sending the most expensive requests.

import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Attack,
  type Attacks,
  attacksOfContributor,
  attacksOfViewer,
  DENIED,
} from '../abuse/attacks.ts';
import type { Attackers, Member } from '../abuse/teams.ts';

interface Settings {
  readonly url: string;
  readonly team: Attackers;
  readonly foreign: string;
  readonly connections: number;
  readonly seconds: number;
  readonly only?: string;
}

/** For each attack, the number of answers by status or error. */
type Answers = Record<string, Record<string, number>>;

export interface Abuse {
  readonly member: string;
  readonly answers: Answers;
  readonly denied: number;
  readonly read: readonly string[];
}

/** Milliseconds in which synchronized connections send the same attack, and for which a slow one lasts. */
const WAVE = 5_000;
/** Milliseconds that the last answers may take. */
const LAST = 60_000;

process.once('message', (settings: Settings) => {
  void attack(settings).then((abuse) => process.send?.(abuse, () => process.exit()));
});
// Without its parent, the process would run forever.
process.on('disconnect', () => process.exit());

async function attack({ url, team, foreign, connections, seconds, only = '' }: Settings): Promise<Abuse[]> {
  const { viewer, contributor } = team;
  const began = performance.now();
  const isOver = () => performance.now() - began >= seconds * 1000;
  const wave = () => Math.floor((performance.now() - began) / WAVE);
  const by = (member: Member, attacks: Attacks) => {
    const chosen = attacks.filter((next) => next(0).name.includes(only));
    return abuse(url, member, chosen, connections, isOver, wave);
  };
  return Promise.all([
    by(viewer, attacksOfViewer(team, foreign)),
    // Starts with the attacks that only a contributor can send.
    by(contributor, attacksOfContributor(team, foreign).toReversed()),
  ]);
}

/** Half of the connections send the same attack at the same time; the others take the attacks in turn. */
async function abuse(
  url: string,
  { name: member, token }: Member,
  attacks: Attacks,
  connections: number,
  isOver: () => boolean,
  wave: () => number,
): Promise<Abuse> {
  const answers: Answers = {};
  const read = new Set<string>();
  let sent = 0;
  const connection = async (index: number): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!isOver()) {
      const n = sent++;
      // The steps are coprime to the number of attacks, so each attack gets its turn.
      const pick = index < connections / 2 ? wave() : n * 7 + index * 5;
      const next = (attacks[pick % attacks.length] as Attacks[number])(n);
      const result = await send(url, token, next, agent, isOver);
      const { [next.name]: counts = {} } = answers;
      answers[next.name] = { ...counts, [result]: (counts[result] ?? 0) + 1 };
      if (result === '200' && CONTENT.test(next.path)) read.add(next.path);
      // The pause keeps a refused attacker from spinning.
      if (Number.isNaN(Number(result))) await sleep(10);
    }
    agent.destroy();
  };
  // A viewer has none of the attacks that need a contributor.
  const count = attacks.length === 0 ? 0 : connections;
  await Promise.all(Array.from({ length: count }, (_, index) => connection(index)));
  const { 403: forbidden = 0, 404: hidden = 0 } = answers[DENIED] ?? {};
  return { member, answers, denied: forbidden + hidden, read: [...read] };
}

/** Routes that the audit of reads covers. */
const CONTENT = /\/files\/|\/archive/;

function send(
  url: string,
  token: string,
  attack: Attack,
  agent: Agent,
  isOver: () => boolean,
): Promise<string> {
  if (attack.pace) return sendSlowly(url, token, attack, isOver);
  const { promise, resolve } = Promise.withResolvers<string>();
  const { method, path, body } = attack;
  const sent = request(`${url}${path}`, { method, agent, headers: headersOf(token, body), timeout: LAST });
  sent.on('response', (response) => {
    response.on('error', () => resolve('cut'));
    response.on('end', () => resolve(String(response.statusCode)));
    response.resume();
  });
  sent.on('timeout', () => sent.destroy(new Error('timeout')));
  sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  sent.end(body);
  return promise;
}

const headersOf = (token: string, body: Buffer | undefined): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  ...(body ? { 'content-type': 'application/json', 'content-length': String(body.length) } : {}),
});

/** Keeps a connection open for a wave, and reads or sends as little as possible. */
async function sendSlowly(
  url: string,
  token: string,
  attack: Attack,
  isOver: () => boolean,
): Promise<string> {
  const { hostname, port, host } = new URL(url);
  const { method, path, body, pace } = attack;
  const headers: Record<string, string> = { host, ...headersOf(token, body) };
  if (pace === 'sends half') headers['content-type'] = 'application/octet-stream';
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  let status = 'no answer';
  const socket = connect({
    host: hostname,
    port: Number(port),
    onread: {
      buffer: Buffer.alloc(pace === 'reads a byte a second' ? 1 : 16),
      callback: (bytes, buffer) => {
        const [, found] = /^HTTP\/1\.1 (\d+)/.exec(Buffer.from(buffer).toString('latin1', 0, bytes)) ?? [];
        if (found) status = found;
        if (pace?.startsWith('sends')) return true;
        socket.pause();
        if (pace === 'reads a byte a second') setTimeout(() => socket.resume(), 1000);
        return false;
      },
    },
  });
  socket.on('error', () => close());
  socket.on('close', () => close());
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  if (pace === 'sends half') socket.write(body?.subarray(0, body.length / 2) ?? '');
  const end = performance.now() + WAVE;
  for (let at = 0; performance.now() < end && !isOver() && !socket.destroyed; at++) {
    if (pace === 'sends a byte a second') socket.write(body?.subarray(at, at + 1) ?? '');
    await Promise.race([sleep(1000), closed]);
  }
  socket.destroy();
  return `${pace}: ${status}`;
}
