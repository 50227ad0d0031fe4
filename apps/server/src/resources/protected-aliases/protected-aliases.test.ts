import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshName } from '../../../testing/objects.ts';
import { allowRules, policyTests } from '../../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';
import { type Caller, type Callers, callersOf, type Person } from '../../../testing/tokens.ts';

let server: TestServer;
let callers: Callers;
beforeAll(async () => {
  server = await startTestServer({ auth: 'tokens' });
  callers = await callersOf(server);
});
afterAll(() => server?.stop());

const { decideAll } = policyTests(() => server);

interface World {
  readonly namespace: string;
  readonly model: string;
  /** The ids of `v1` and `v2`, of which `v1` is `prod`. */
  readonly versions: readonly [string, string];
  readonly maintainer: Person;
  readonly admin: Person;
}

async function world(): Promise<World> {
  const namespace = `${freshName('team')}/vision`;
  const { id: model } = await callers.ok('POST', '/v1/models', { namespace, name: 'yolo' });
  const make = async (version: string): Promise<string> =>
    (await callers.ok('POST', `/v1/models/${model}/versions`, { version, files: [], metrics: { mAP: 0.5 } }))
      .id;
  const versions = [await make('v1'), await make('v2')] as const;
  const maintainer = await callers.user({ [namespace]: 'maintainer' });
  const admin = await callers.user({ [namespace]: 'admin' });
  await callers.ok('PUT', `/v1/models/${model}/aliases/prod`, { version: 'v1' });
  return { namespace, model, versions, maintainer, admin };
}

const rootOf = ({ namespace }: World) => namespace.split('/')[0] as string;
const onNamespace = (path: string, alias = 'prod') =>
  `/v1/namespaces/${encodeURIComponent(path)}/protected-aliases/${alias}`;
const onModel = ({ model }: World, alias = 'prod') => `/v1/models/${model}/protected-aliases/${alias}`;
const aliasOf = ({ model }: World) => `/v1/models/${model}/aliases/prod`;

/** All requests that move an alias. */
const WAYS: Record<string, (w: World, by: Caller) => Promise<{ status: number; body: any }>> = {
  set: (w, by) => by.api('PUT', aliasOf(w), { version: 'v2' }),
  delete: (w, by) => by.api('DELETE', aliasOf(w)),
  rollback: async (w, by) => {
    await server.db.requests.query('DELETE FROM protected_aliases');
    await callers.ok('PUT', aliasOf(w), { version: 'v2' });
    await callers.ok('PUT', onModel(w), { by: 'role', role: 'admin' });
    return by.api('POST', `${aliasOf(w)}/rollback`);
  },
  create: (w, by) =>
    by.api('POST', `/v1/models/${w.model}/versions`, { version: 'v3', files: [], aliases: ['prod'] }),
  'create what is pending': (w, by) =>
    by.api('POST', `/v1/models/${w.model}/versions`, { version: 'v3', aliases: ['prod'] }),
  finalize: async (w, by) => {
    const { id } = await callers.ok('POST', `/v1/models/${w.model}/versions`, {
      version: 'v3',
      aliases: ['prod'],
    });
    return by.api('POST', `/v1/versions/${id}/finalize`);
  },
  promote: async (w, by) => {
    const run = await callers.ok('POST', '/v1/experiments', {
      namespace: w.namespace,
      name: freshName('run'),
    });
    const point = await callers.ok('POST', `/v1/experiments/${run.id}/checkpoints`, { step: 1, files: [] });
    const body = { model: w.model, version: 'v3', aliases: ['prod'] };
    return by.api('POST', `/v1/checkpoints/${point.id}/promote`, body);
  },
  'delete the model': (w, by) => by.api('DELETE', `/v1/models/${w.model}`),
};

describe.each(Object.entries(WAYS))('to %s', (_, way) => {
  it('needs permission: 403 without changes otherwise', async () => {
    const w = await world();
    await callers.ok('PUT', onModel(w), { by: 'role', role: 'admin' });
    const refused = await way(w, w.maintainer);
    expect(refused.body).toMatchObject({ status: 403, code: 'forbidden' });
    expect(refused.body.detail).toMatch(
      /^Alias "prod" is protected by the model yolo\. Only callers with at least the role admin may move it\.$/,
    );
    const { version } = await callers.ok('GET', aliasOf(w));
    const history = await callers.ok('GET', `${aliasOf(w)}/history`);
    expect(version).toBe(history.items[0].to);
    expect(history.items.every((move: any) => move.actor === 'user:admin')).toBe(true);
    expect((await way(await protectedWorld(), w.maintainer)).status).toBe(404);
    const other = await protectedWorld();
    expect((await way(other, other.admin)).status).toBeLessThan(300);
  });
});

describe('to restore the model', () => {
  const restore = (w: World, by: Pick<Caller, 'api'>) => by.api('POST', `/v1/models/${w.model}/restore`);

  it('returns 403 if its alias was protected meanwhile and the caller may not move it', async () => {
    const w = await world();
    await callers.ok('DELETE', `/v1/models/${w.model}`);
    await callers.ok('PUT', onNamespace(w.namespace), { by: 'role', role: 'admin' });
    const refused = await restore(w, w.maintainer);
    expect(refused.body).toMatchObject({ status: 403, code: 'forbidden' });
    expect(refused.body.detail).toMatch(
      /^Restoring the model would bring back its alias prod\. Alias "prod" is protected by .*role admin may move it\. Ask a caller who may move prod/,
    );
    expect((await w.maintainer.api('GET', `/v1/models/${w.model}`)).status).toBe(404);
    expect((await restore(w, w.admin)).status).toBe(200);
    expect(await callers.ok('GET', aliasOf(w))).toMatchObject({ version: 'v1' });
    // The second restore changes nothing, so it needs no permission to move the alias.
    expect((await restore(w, w.maintainer)).status).toBe(200);
  });

  it('returns 200 without a protection, or if only other aliases are protected', async () => {
    const w = await world();
    await callers.ok('DELETE', `/v1/models/${w.model}`);
    await callers.ok('PUT', onNamespace(w.namespace, 'champion'), { by: 'role', role: 'admin' });
    expect((await restore(w, w.maintainer)).status).toBe(200);
  });

  it('returns 403 for everyone if only a rule or proposal may move it, until the protection is removed', async () => {
    for (const by of ['rule', 'proposal']) {
      const w = await world();
      await callers.ok('DELETE', `/v1/models/${w.model}`);
      await callers.ok('PUT', onNamespace(w.namespace), { by });
      expect((await restore(w, w.admin)).status).toBe(403);
      await callers.ok('DELETE', onNamespace(w.namespace));
      expect((await restore(w, w.maintainer)).status).toBe(200);
    }
  });
});

async function protectedWorld(): Promise<World> {
  const w = await world();
  await callers.ok('PUT', onModel(w), { by: 'role', role: 'admin' });
  return w;
}

describe('a protection by', () => {
  const move = async (w: World, by: Pick<Caller, 'api'>, version = 'v2') =>
    (await by.api('PUT', aliasOf(w), { version })).status;

  it('principals allows those named, and no others of the same role', async () => {
    const w = await world();
    const other = await callers.user({ [w.namespace]: 'admin' });
    await callers.ok('PUT', onModel(w), {
      by: 'principals',
      principals: [w.maintainer.name, 'group:releases'],
    });
    expect(await move(w, other)).toBe(403);
    expect(await move(w, w.maintainer)).toBe(200);
    // A named principal still needs a role.
    const nobody = await callers.user({ [w.namespace]: 'contributor' });
    await callers.ok('PUT', onModel(w), { by: 'principals', principals: [nobody.name] });
    expect(await move(w, nobody, 'v1')).toBe(403);
  });

  it('role denies narrowed tokens of its holders', async () => {
    const w = await protectedWorld();
    const narrowed = await callers.token({
      principal: w.admin.name,
      permissions: ['alias.move', 'version.read', 'model.read'],
    });
    expect(await move(w, narrowed)).toBe(403);
    expect(await move(w, w.admin)).toBe(200);
  });

  it('rule or proposal denies everyone by hand, even administrators, who can remove the protection', async () => {
    for (const [by, detail] of [
      ['rule', /Only a labelling rule that an admin has allowed may move it/],
      ['proposal', /Only an approved proposal may move it/],
    ] as const) {
      const w = await world();
      await callers.ok('PUT', onModel(w), { by });
      const refused = await callers.admin('PUT', aliasOf(w), { version: 'v2' });
      expect(refused.body).toMatchObject({ status: 403, code: 'forbidden' });
      expect(refused.body.detail).toMatch(detail);
      await callers.ok('DELETE', onModel(w));
      expect(await move(w, { api: callers.admin })).toBe(200);
    }
  });

  it('any kind allows requests that move nothing, and moves of other aliases', async () => {
    const w = await protectedWorld();
    expect(await move(w, w.maintainer, 'v1')).toBe(200);
    expect(
      (await w.maintainer.api('PUT', `/v1/models/${w.model}/aliases/canary`, { version: 'v2' })).status,
    ).toBe(201);
  });

  it('a namespace above cannot be weakened by one below', async () => {
    const w = await world();
    await callers.ok('PUT', onNamespace(rootOf(w)), {
      by: 'principals',
      principals: ['user:release-manager'],
    });
    await callers.ok('PUT', onModel(w), { by: 'role', role: 'maintainer' });
    const refused = await w.admin.api('PUT', aliasOf(w), { version: 'v2' });
    expect(refused.body.detail).toContain(`Alias "prod" is protected by ${rootOf(w)}. `);
    await callers.ok('DELETE', onNamespace(rootOf(w)));
    expect(await move(w, w.admin)).toBe(200);
    const manager = await callers.user({ [w.namespace]: 'contributor' });
    expect(await move(w, manager, 'v1')).toBe(403);
  });
});

describe('rules and proposals', () => {
  const label = {
    name: 'best',
    alias: 'prod',
    metric: 'mAP',
    direction: 'max',
    than: 'holder',
    mode: 'auto',
  };
  const better = async (w: World) => {
    await callers.ok('PUT', `/v1/models/${w.model}/policy`, { label: [label] });
    await callers.ok('POST', `/v1/versions/${w.versions[1]}/metrics`, {
      metrics: [{ key: 'mAP', value: 0.9 }],
    });
  };
  const holder = async (w: World) => (await callers.ok('GET', aliasOf(w))).version;
  const open = async (w: World) =>
    (await callers.ok('GET', `/v1/models/${w.model}/proposals?state=open`)).items;

  it('lets an allowed rule move an alias that is protected by rule', async () => {
    const w = await world();
    await callers.ok('PUT', onModel(w), { by: 'rule' });
    await better(w);
    await decideAll();
    expect(await holder(w)).toBe('v1');
    await allowRules(w.admin.api, onModel(w));
    await decideAll();
    expect(await holder(w)).toBe('v2');
  });

  it.each([
    { by: 'role', role: 'admin' },
    { by: 'principals', principals: ['user:nobody'] },
    { by: 'proposal' },
  ])(
    'makes a rule propose if $by denies the move, and preview and explanation say so',
    async (protection) => {
      const w = await world();
      await callers.ok('PUT', onModel(w), protection);
      await better(w);
      const preview = await callers.ok('POST', `/v1/models/${w.model}/policy/preview`, {});
      expect(preview.label).toMatchObject([{ version: 'v2', outcome: 'proposed' }]);
      const explained = await callers.ok('GET', `${aliasOf(w)}/explain?version=v2`);
      expect(explained).toMatchObject({ outcome: 'proposed' });
      await decideAll();
      expect(await holder(w)).toBe('v1');
      const [proposal, ...more] = await open(w);
      expect(more).toEqual([]);
      const approve = (by: Pick<Caller, 'api'>) => by.api('POST', `/v1/proposals/${proposal.id}/approve`);
      // If the protection names movers, the approver must be one of them.
      if (protection.by !== 'proposal') expect((await approve(w.maintainer)).status).toBe(403);
      expect(await holder(w)).toBe('v1');
      const answer = await approve(
        protection.by === 'role'
          ? w.admin
          : protection.by === 'proposal'
            ? w.maintainer
            : { api: callers.admin },
      );
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      expect(await holder(w)).toBe('v2');
    },
  );

  it('lets the rule act by itself again after the protection is removed, and supersedes its proposal', async () => {
    const w = await world();
    await callers.ok('PUT', onModel(w), { by: 'proposal' });
    await better(w);
    await decideAll();
    expect(await open(w)).toHaveLength(1);
    await callers.ok('DELETE', onModel(w));
    await callers.ok('POST', `/v1/versions/${w.versions[1]}/metrics`, {
      metrics: [{ key: 'mAP', value: 0.95 }],
    });
    await decideAll();
    expect(await holder(w)).toBe('v2');
    expect(await open(w)).toEqual([]);
  });
});

describe('setting a protection', () => {
  it('is 403 for a maintainer, 404 for a stranger, and recorded for an admin', async () => {
    const w = await world();
    const stranger = await callers.user({});
    const body = { by: 'rule', reason: 'measured on the field test' };
    for (const path of [onModel(w), onNamespace(w.namespace)]) {
      expect((await w.maintainer.api('PUT', path, body)).status).toBe(403);
      expect((await stranger.api('PUT', path, body)).status).toBe(404);
      const made = await w.admin.api('PUT', path, body);
      expect(made.body).toMatchObject({
        alias: 'prod',
        ...body,
        role: null,
        principals: [],
        inherited: false,
      });
      expect((await w.admin.api('PUT', path, body)).body).toEqual(made.body);
      expect((await w.maintainer.api('DELETE', path)).status).toBe(403);
    }
    const { rows } = await server.db.requests.query(
      `SELECT action, after->>'by' AS by, actor FROM changes WHERE object_kind = 'alias_protection' AND namespace = $1`,
      [w.namespace],
    );
    expect(rows).toEqual([1, 2].map(() => ({ action: 'created', by: 'rule', actor: w.admin.name })));
    expect((await w.admin.api('PUT', onModel(w), { by: 'proposal' })).body.by).toBe('proposal');
    expect((await w.admin.api('DELETE', onModel(w))).status).toBe(204);
    expect((await w.admin.api('DELETE', onModel(w))).status).toBe(404);
  });

  it('shows protections above a model in its list, in pages', async () => {
    const w = await world();
    const reader = await callers.user({ [w.namespace]: 'viewer' });
    await callers.ok('PUT', onNamespace(rootOf(w)), { by: 'role', role: 'admin' });
    await callers.ok('PUT', onNamespace(w.namespace, 'caf\u0065\u0301'), { by: 'rule' });
    await callers.ok('PUT', onModel(w), { by: 'principals', principals: ['user:b', 'user:a', 'user:b'] });
    await callers.ok('PUT', onNamespace(freshName('elsewhere-not-there')), { by: 'rule' }).catch(() => {});
    const list = async (query: string) =>
      (await reader.api('GET', `/v1/models/${w.model}/protected-aliases${query}`)).body;
    const all = await list('');
    expect(all.items).toMatchObject([
      { alias: 'café', by: 'rule', namespace: w.namespace, model: null, inherited: true },
      { alias: 'prod', by: 'role', namespace: rootOf(w), model: null, inherited: true },
      { alias: 'prod', by: 'principals', principals: ['user:a', 'user:b'], model: 'yolo', inherited: false },
    ]);
    const first = await list('?limit=2');
    const rest = await list(`?limit=2&cursor=${first.nextCursor}`);
    expect([...first.items, ...rest.items]).toEqual(all.items);
    expect(rest.nextCursor).toBeNull();
    const above = await reader.api(
      'GET',
      `/v1/namespaces/${encodeURIComponent(w.namespace)}/protected-aliases`,
    );
    expect(above.body.items.map((item: any) => [item.alias, item.inherited])).toEqual([
      ['café', false],
      ['prod', true],
    ]);
  });

  it('is 422 for fields that do not belong together, with the field', async () => {
    const w = await world();
    for (const [body, pointer] of [
      [{ by: 'role' }, '/role'],
      [{ by: 'principals' }, '/principals'],
      [{ by: 'rule', role: 'admin' }, '/role'],
      [{ by: 'proposal', principals: ['user:a'] }, '/principals'],
      [{ by: 'principals', principals: [] }, '/principals'],
      [{ by: 'principals', principals: ['ann'] }, '/principals/0'],
      [{ by: 'nobody' }, '/by'],
      [{}, '/by'],
    ] as const) {
      const answer = await w.admin.api('PUT', onModel(w), body);
      expect([answer.status, answer.body.errors?.[0].pointer], JSON.stringify(body)).toEqual([422, pointer]);
    }
    expect((await w.admin.api('PUT', onModel(w, 'a%3Ab'), { by: 'rule' })).status).toBe(422);
  });

  it('ends with its namespace and its model', async () => {
    const namespace = freshName('ns');
    await callers.user({ [namespace]: 'viewer' });
    await callers.ok('PUT', onNamespace(namespace), { by: 'rule' });
    await callers.ok('DELETE', `/v1/namespaces/${namespace}`);
    const { rows } = await server.db.requests.query(
      `SELECT 1 FROM protected_aliases p LEFT JOIN namespaces n ON n.id = p.namespace_id WHERE n.path = $1`,
      [namespace],
    );
    expect(rows).toEqual([]);
  });
});

it('commits no move after a protection if the move began before it', async () => {
  for (let round = 0; round < 8; round++) {
    const w = await world();
    const moves = Array.from({ length: 6 }, (_, i) =>
      w.maintainer.api('PUT', aliasOf(w), { version: i % 2 ? 'v1' : 'v2' }),
    );
    const protect = callers.ok('PUT', onModel(w), { by: 'rule' });
    const answers = await Promise.all([...moves, protect.then(() => ({ status: 0 }))]);
    for (const { status } of answers) expect([0, 200, 403]).toContain(status);
    const { rows } = await server.db.requests.query(
      `SELECT object_kind, detail->>'cause' AS cause FROM changes
       WHERE namespace = $1 AND object_kind IN ('alias', 'alias_protection') ORDER BY id`,
      [w.namespace],
    );
    expect(rows.at(-1)?.object_kind).toBe('alias_protection');
  }
});
