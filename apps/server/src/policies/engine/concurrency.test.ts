import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { champion, onVal, policyTests } from '../../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { decideDue } from '../../workers/policies.ts';
import { sequence } from '../../workers/sequencer.ts';

/* Several servers decide concurrently, while facts arrive and people move aliases. */

let server: TestServer;
let second: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  second = await startTestServer({}, undefined, server);
});
afterAll(async () => {
  await second?.stop();
  await server?.stop();
});
const { ok, decideAll, modelWith, newVersion, holder } = policyTests(() => server);

/** Lets both servers do due work until the given promise is settled. */
async function whileDeciding(work: Promise<unknown>): Promise<void> {
  let isOver = false;
  const loop = async (on: TestServer) => {
    while (!isOver) {
      await sequence(on.db, 100);
      await decideDue(on.ctx);
    }
  };
  const loops = [server, second, server].map(loop);
  try {
    await work;
  } finally {
    isOver = true;
    await Promise.all(loops);
  }
  await decideAll();
}

/** Reads the decisions on a model, oldest first. */
const decisionsOf = async (model: { url: string }): Promise<any[]> => {
  const { items } = await ok('GET', `${model.url}/decisions?limit=1000`);
  return items.reverse();
};

const shuffled = <T>(list: readonly T[]): T[] =>
  list
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);

describe('many writers, several servers', () => {
  test('end with the best version in every schedule, and store consistent decisions', async () => {
    const model = await modelWith({ label: [champion] });
    const values = shuffled(Array.from({ length: 40 }, (_, index) => (index + 1) / 100));
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (const value of values.filter((__, index) => index % 4 === writer)) {
        const name = `v${value}`;
        // Half of the values come with the create, and half are logged later.
        if (value > 0.2) await newVersion(model, name, [onVal(value)]);
        else {
          const { id } = await newVersion(model, name, {});
          await ok('POST', `/v1/versions/${id}/metrics`, { metrics: [onVal(value)] });
        }
      }
    });
    await whileDeciding(Promise.all(writers));
    expect(await holder(model)).toBe('v0.4');

    // A naive model that knows only the candidates and their values comes to the same verdicts.
    let present: { name: string; value: number } | null = null;
    for (const { subject, outcome, inputs } of await decisionsOf(model)) {
      expect(inputs.holder?.version ?? null).toBe(present?.name ?? null);
      const isBetter: boolean = inputs.value !== null && (present === null || inputs.value > present.value);
      expect(outcome).toBe(subject.name === present?.name ? 'holds' : isBetter ? 'moved' : 'no');
      if (outcome === 'moved') present = { name: subject.name, value: inputs.value };
    }
    expect(present?.name).toBe('v0.4');
    const { items: moves } = await ok('GET', `${model.url}/aliases/champion/history?limit=1000`);
    for (const [index, move] of moves.entries()) expect(move.from).toBe(moves[index + 1]?.to ?? null);
  });

  test('leave no preferred version in the end, except those from which a person took the alias', async () => {
    const model = await modelWith({ label: [champion] });
    const names: string[] = [];
    const writing = (async () => {
      for (const value of shuffled(Array.from({ length: 20 }, (_, index) => index + 1))) {
        await newVersion(model, `v${value}`, [onVal(value)]);
        names.push(`v${value}`);
      }
    })();
    const moving = (async () => {
      for (let count = 0; count < 15; count++) {
        const name = names[Math.floor(Math.random() * names.length)];
        if (name === undefined) continue;
        const path = `${model.url}/aliases/champion`;
        const answer =
          count % 3 === 0
            ? await server.api('POST', `${path}/rollback`)
            : await second.api('PUT', path, { version: name });
        expect([200, 201, 404, 409]).toContain(answer.status);
      }
    })();
    await whileDeciding(Promise.all([writing, moving]));
    const present = Number((await holder(model))?.slice(1));
    for (const name of names.filter((each) => Number(each.slice(1)) > present)) {
      const why = await ok('GET', `${model.url}/aliases/champion/explain?version=${name}`);
      const against = why.clauses.filter(({ holds }: any) => !holds).map(({ clause }: any) => clause);
      expect(against, name).toEqual(['undone']);
    }
    const { rows } = await server.db.requests.query(
      'SELECT count(*)::int AS count FROM policy_work WHERE model_id = $1',
      [model.id],
    );
    expect(rows[0].count).toBe(0);
  });
});

describe('retention beside concurrent protections', () => {
  test('removes nothing that is protected at the same time', async () => {
    const { retain, retentionScopes } = await import('../retention/run.ts');
    const model = await modelWith({});
    const ids: string[] = [];
    for (let index = 0; index < 60; index++) ids.push((await newVersion(model, `v${index}`, {})).id);
    await ok('PUT', `${model.url}/policy`, {
      retain: { versions: { keep: [{ latest: 1 }], remove: 'object' } },
    });
    const [scope] = (await retentionScopes(server.ctx)).filter(({ id }) => id === model.id);
    if (scope === undefined) throw new Error('the model has no retention');
    const held: string[] = [];
    const protecting = (async () => {
      for (const id of shuffled(ids).slice(0, 25)) {
        const answer =
          held.length % 2 === 0
            ? await server.api('PUT', `/v1/versions/${id}/hold`, { reason: 'mine' })
            : await server.api('PUT', `${model.url}/aliases/a${held.length}`, { version: id });
        // Protecting a removed object must fail.
        if (answer.status < 300) held.push(id);
        else expect(answer.status).toBe(404);
      }
    })();
    await Promise.all([retain(server.ctx, scope), retain(second.ctx, scope), protecting]);
    for (const id of held) expect((await server.api('GET', `/v1/versions/${id}`)).status).toBe(200);
    // The next run removes objects that were locked.
    await retain(server.ctx, scope);
    const { items } = await ok('GET', `${model.url}/versions?limit=1000`);
    expect(items.length).toBe(new Set([...held, ids.at(-1)]).size);
    expect(await retain(server.ctx, scope)).toMatchObject({ removed: 0 });
  });
});
