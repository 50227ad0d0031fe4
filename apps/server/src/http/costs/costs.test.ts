import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditOf } from '../../../testing/audit.ts';
import { freshName } from '../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Caller, type Callers, callersOf } from '../../../testing/tokens.ts';
import type { Settings } from '../../protocol/settings.ts';

/* Expensive requests of a viewer do not stop the service for others. */

let server: TestServer;
let callers: Callers;
/** A model whose versions have the maximum of metadata. */
let large: string;

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** Text that compresses badly and does not match the filters. */
const text = (seed: number): string => {
  let state = seed;
  return Array.from({ length: 61_000 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return LETTERS[state % 26];
  }).join('');
};
const likes = (count: number): string =>
  Array.from({ length: count }, (_, n) => `metadata.t LIKE '%0${n}a_b%'`).join(' OR ');
/** A rule that takes the database much longer than a request may run. */
const retention = {
  retain: {
    versions: { keep: Array.from({ length: 5 }, () => ({ filter: likes(100) })), remove: 'object' },
  },
};
const labelling = {
  name: 'r',
  alias: 'best',
  metric: 'acc',
  direction: 'max',
  filter: likes(100),
} as const;

const FEW = 60;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens', queryTimeout: 1_500, costlyWait: 1_000 });
  callers = await callersOf(server);
  large = (await callers.ok('POST', '/v1/models', { namespace: 'big', name: 'm' })).id;
  for (let n = 0; n < FEW; n++)
    await callers.ok('POST', `/v1/models/${large}/versions`, {
      version: `v${n}`,
      files: [],
      metrics: { acc: n },
      metadata: { t: text(n + 1) },
    });
}, 120_000);
afterAll(() => server.stop());

const preview = (caller: Caller, policy: object) =>
  caller.api('POST', `/v1/models/${large}/policy/preview`, { policy });
const backtest = (caller: Caller) =>
  caller.api('POST', `/v1/models/${large}/policy/backtest`, { rule: labelling });

/** Another team that works meanwhile. */
async function otherTeam() {
  const namespace = freshName('team');
  const { id } = await callers.ok('POST', '/v1/models', { namespace, name: 'm' });
  await callers.ok('PUT', `/v1/models/${id}/files/f`, 'content');
  const member = await callers.user({ [namespace]: 'viewer' });
  const stranger = await callers.user({});
  return {
    /** Downloads, reads, probes health and is denied; every answer must be as usual. */
    async works(): Promise<void> {
      const [ready, download, read, denied] = await Promise.all([
        server.api('GET', '/readyz'),
        member.api('GET', `/v1/models/${id}/files/f`),
        member.api('GET', `/v1/models/${id}`),
        stranger.api('GET', `/v1/models/${id}`),
      ]);
      expect([ready.status, download.status, read.status, denied.status]).toEqual([200, 200, 200, 404]);
    },
    denials: async () => (await auditOf(callers.admin, { namespace, outcome: 'denied' })).length,
  };
}

/** Runs a load while the other team works; returns the answers of the load. */
async function beside<T>(load: Promise<T>): Promise<T> {
  const team = await otherTeam();
  let isOver = false;
  const ended = load.finally(() => {
    isOver = true;
  });
  let rounds = 0;
  while (!isOver) {
    await team.works();
    rounds += 1;
  }
  expect(rounds).toBeGreaterThan(0);
  expect(await team.denials()).toBe(rounds);
  return ended;
}

describe('a viewer does not stop the service', () => {
  it('with two concurrent retention previews: they end with 422, and no other caller notices', async () => {
    const viewer = await callers.user({ big: 'viewer' });
    const answers = await beside(Promise.all([preview(viewer, retention), preview(viewer, retention)]));
    for (const { status, body, headers } of answers) {
      expect([status, body.code]).toEqual([422, 'query_too_expensive']);
      expect(body.detail).toContain('ask for less');
      // A retry would fail too.
      expect(headers.get('retry-after')).toBeNull();
    }
  }, 120_000);

  it('with 24 concurrent label previews, nor with 16 callers that never stop', async () => {
    const label = Array.from({ length: 10 }, (_, n) => ({ ...labelling, name: `r${n}`, alias: `a${n}` }));
    const crowd: Caller[] = [];
    // One after the other: the requests of the administrator take turns too.
    for (let n = 0; n < 16; n++) crowd.push(await callers.user({ big: 'viewer' }));
    const [first] = crowd as unknown as [Caller];
    const loads = [
      ...Array.from({ length: 24 }, () => preview(first, { label })),
      ...crowd.map(async (caller) => {
        await backtest(caller);
        await preview(caller, retention);
        return backtest(caller);
      }),
    ];
    const answers = await beside(Promise.all(loads));
    for (const { status, headers } of answers) {
      expect([200, 422, 429, 503]).toContain(status);
      if (status === 429 || status === 503) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
  }, 120_000);
});

const metric = async (name: string, labels: string, of = server): Promise<number> => {
  const found = (await of.ctx.telemetry.registry.getSingleMetricAsString(name)) ?? '';
  return Number(new RegExp(`^${name}\\{${labels}\\} (\\S+)$`, 'm').exec(found)?.[1]);
};
const gauge = (state: string, of = server) => metric('modelbox_costly_requests', `state="${state}"`, of);

it('counts refused requests by their reason', async () => {
  expect(await metric('modelbox_costly_refused_total', 'reason="deadline"')).toBeGreaterThan(0);
  expect([await gauge('running'), await gauge('waiting')]).toEqual([0, 0]);
});

describe('a server of its own', () => {
  const withServer = async (
    settings: Partial<Settings>,
    run: (own: TestServer, as: (fields: object) => Promise<Caller['api']>) => Promise<void>,
  ): Promise<void> => {
    const own = await startTestServer({ auth: 'tokens', ...settings }, undefined, server);
    const as = async (fields: object): Promise<Caller['api']> => {
      const { secret } = await callers.token(fields);
      return (method, path, body) => own.api(method, path, body, { authorization: `Bearer ${secret}` });
    };
    try {
      await run(own, as);
    } finally {
      await own.stop();
    }
  };
  const admin = () => ({ principal: `user:${freshName('a')}`, administrator: true });

  it('429: a caller sends more requests than may wait; another caller has the next turn', async () => {
    const settings = { costlyPerCaller: 1, costlyQueue: 1, queryTimeout: 5_000, costlyWait: 30_000 };
    await withServer(settings, async (own, as) => {
      const [greedy, other] = [await as(admin()), await as(admin())];
      const ask = () => greedy('POST', `/v1/models/${large}/policy/preview`, { policy: retention });
      const running = ask();
      await expect.poll(() => gauge('running', own), { timeout: 5_000 }).toBe(1);
      const waiting = ask();
      await expect.poll(() => gauge('waiting', own), { timeout: 5_000 }).toBe(1);
      const third = await ask();
      expect(third.body).toMatchObject({ status: 429, code: 'rate_limited' });
      expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await other('GET', '/v1/models')).status).toBe(200);
      expect(await gauge('running', own)).toBe(1);
      expect([(await running).status, (await waiting).status]).toEqual([422, 422]);
    });
  }, 120_000);

  it('a caller whose requests took long runs one at a time while others are at work, whose lists go on', async () => {
    await withServer({ queryTimeout: 3_000, costlyWait: 30_000 }, async (own, as) => {
      const [greedy, other] = [await as(admin()), await as(admin())];
      const ask = () => greedy('POST', `/v1/models/${large}/policy/preview`, { policy: retention });
      const list = async () => expect((await other('GET', '/v1/models')).status).toBe(200);
      expect((await ask()).status).toBe(422);
      await list();
      let isOver = false;
      const all = Promise.all([ask(), ask()]).finally(() => {
        isOver = true;
      });
      let mostWaiting = 0;
      while (!isOver) {
        await list();
        mostWaiting = Math.max(mostWaiting, await gauge('waiting', own));
      }
      expect(mostWaiting).toBe(1);
      expect((await all).map(({ status }) => status)).toEqual([422, 422]);
    });
  }, 120_000);

  it('a client that goes away: its statement is cancelled, and its place is free', async () => {
    await withServer({ queryTimeout: 30_000, costlyPerCaller: 1 }, async (own) => {
      const { secret } = await callers.token(admin());
      const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
      const running = async () => {
        const { rows } = await own.db.background.query<{ count: number }>(
          `SELECT count(*)::int AS count FROM pg_stat_activity
           WHERE datname = current_database() AND state = 'active' AND query ~ '^\\s*SELECT v.id, v.created_at AS'`,
        );
        return rows[0]?.count;
      };
      const gone = new AbortController();
      const asked = fetch(`${own.url}/v1/models/${large}/policy/preview`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ policy: retention }),
        signal: gone.signal,
      }).then(
        () => 'answered',
        () => 'gone',
      );
      await expect.poll(running, { timeout: 20_000, interval: 20 }).toBe(1);
      gone.abort();
      expect(await asked).toBe('gone');
      await expect.poll(running, { timeout: 10_000 }).toBe(0);
      await expect.poll(() => gauge('running', own), { timeout: 10_000 }).toBe(0);
      // This request needs the only place of the caller.
      expect((await fetch(`${own.url}/v1/models`, { headers })).status).toBe(200);
    });
  }, 120_000);

  it('429: a caller whose requests took too long in this minute; headers show the rest of the budget', async () => {
    await withServer({ rateLimitCost: 1, rateLimitIdentity: 100 }, async (own, as) => {
      const [ann, bob] = [await as(admin()), await as(admin())];
      const first = await ann('GET', '/v1/models');
      expect(first.status).toBe(200);
      expect(first.headers.get('ratelimit-policy')).toBe('"identity";q=100;w=60, "cost";q=1;w=60');
      expect(first.headers.get('ratelimit')).toMatch(/^"identity";r=99;t=60, "cost";r=0;t=\d+$/);
      const refused = await ann('GET', '/v1/models');
      expect(refused.body).toMatchObject({ status: 429, code: 'rate_limited' });
      expect(refused.body.detail).toContain('more than 1 ms for lists');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      // Requests of fixed cost continue, and so do other callers.
      expect((await ann('GET', '/v1/whoami')).status).toBe(200);
      expect((await bob('GET', '/v1/models')).status).toBe(200);
      own.advance(60_000);
      expect((await ann('GET', '/v1/models')).status).toBe(200);
    });
  });

  it('429: the warnings of a policy that is set use the budget of the caller, and of nobody else', async () => {
    await withServer({ rateLimitCost: 1 }, async (_, as) => {
      const [ann, bob] = [await as(admin()), await as(admin())];
      const set = async (api: Caller['api']) => {
        const { id } = await callers.ok('POST', '/v1/models', { namespace: freshName('ns'), name: 'm' });
        const rule = { ...labelling, filter: "'x' IN tags" };
        const { status, body } = await api('PUT', `/v1/models/${id}/policy`, { label: [rule] });
        expect(status).toBe(200);
        return body.warnings.map(({ code }: { code: string }) => code);
      };
      await set(ann);
      expect((await ann('GET', '/v1/models')).status).toBe(429);
      expect((await bob('GET', '/v1/models')).status).toBe(200);
      // Beyond the budget, a policy is still set, without a comparison.
      expect(await set(ann)).toEqual(['not_checked']);
    });
  });

  it('200: a policy is set although its warnings could not be checked in time', async () => {
    await withServer({ queryTimeout: 3_000, costlyWait: 30_000 }, async (_, as) => {
      const users = await Promise.all(Array.from({ length: 4 }, () => as(admin())));
      const load = users.map((api) =>
        api('POST', `/v1/models/${large}/policy/preview`, { policy: retention }),
      );
      const { id } = await callers.ok('POST', '/v1/models', { namespace: freshName('ns'), name: 'm' });
      const [writer] = users as unknown as [Caller['api']];
      const answer = await writer('PUT', `/v1/models/${id}/policy`, {
        label: [{ ...labelling, filter: "'x' IN tags" }],
      });
      expect(answer.status).toBe(200);
      expect((await writer('GET', `/v1/models/${id}/policy`)).body.label).toHaveLength(1);
      await Promise.all(load);
    });
  }, 120_000);

  it('200: the open server bounds its one caller only by the number of connections', async () => {
    const open = await startTestServer();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => open.api('GET', `/v1/models?filter=${ref("name = 'x'")}`)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await open.stop();
  });
});
