import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshName } from '../../../testing/objects.ts';
import { ref, startTestServer, type TestServer } from '../../../testing/test-server.ts';

/**
 * Compares random sequences of operations on models, versions and aliases with a naive model: maps in memory. After
 * each operation the statuses must agree, and at the end everything that can be read.
 */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Version {
  body: string;
  status: 'pending' | 'ready';
  deleted: boolean;
  waiting: string[];
}
interface Model {
  owner: string | null;
  deleted: boolean;
  versions: Map<string, Version>;
  aliases: Map<string, string>;
  /** The holders of each alias that a rollback goes through, the current one last; null for a deletion. */
  past: Map<string, (string | null)[]>;
}

const model = fc.constantFrom('m1', 'm2');
const version = fc.constantFrom('v1', 'v2', 'v3');
const alias = fc.constantFrom('prod', 'best');
const operation = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('createModel'), model, owner: fc.constantFrom('x', 'y') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('patchModel'), model, owner: fc.constantFrom('x', null) }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('deleteModel'), model }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('restoreModel'), model }) },
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constant('createVersion'),
      model,
      version,
      ready: fc.boolean(),
      aliases: fc.subarray(['prod', 'best']),
    }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('finalize'), model, version }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('deleteVersion'), model, version }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('restoreVersion'), model, version }) },
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constant('setAlias'),
      model,
      alias,
      version,
      expect: fc.constantFrom(undefined, undefined, null, 'v1'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('deleteAlias'), model, alias }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('rollback'), model, alias }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T & Record<string, any> : never;

/** The naive model: its state, and the expected status of an operation. */
class Naive {
  readonly models = new Map<string, Model>();

  apply(o: Operation): number {
    if (o.op === 'createModel') return this.createModel(o);
    const found = this.models.get(o.model);
    if (!found) return 404;
    if (o.op === 'restoreModel') {
      found.deleted = false;
      return 200;
    }
    if (o.op === 'deleteModel') {
      found.deleted = true;
      return 204;
    }
    return (this as any)[o.op](o, found) as number;
  }

  createModel({ model: name, owner }: any): number {
    const there = this.models.get(name);
    if (there) return there.deleted ? 409 : 200;
    const fresh = { versions: new Map(), aliases: new Map(), past: new Map() };
    this.models.set(name, { owner, deleted: false, ...fresh });
    return 201;
  }

  patchModel({ owner }: any, found: Model): number {
    if (found.deleted) return 404;
    found.owner = owner;
    return 200;
  }

  createVersion({ version: name, ready, aliases }: any, found: Model): number {
    if (found.deleted) return 404;
    const body = JSON.stringify([ready, aliases]);
    const there = found.versions.get(name);
    if (there) return !there.deleted && there.body === body ? 200 : 409;
    const status = ready ? 'ready' : 'pending';
    found.versions.set(name, { body, status, deleted: false, waiting: ready ? [] : aliases });
    if (ready) for (const each of aliases) this.move(found, each, name);
    return 201;
  }

  finalize({ version: name }: any, found: Model): number {
    const there = found.versions.get(name);
    if (!there || there.deleted || found.deleted) return 404;
    for (const each of there.waiting) this.move(found, each, name);
    there.status = 'ready';
    there.waiting = [];
    return 200;
  }

  deleteVersion({ version: name }: any, found: Model): number {
    const there = found.versions.get(name);
    if (!there) return 404;
    if (!there.deleted && [...found.aliases.values()].includes(name)) return 409;
    there.deleted = true;
    return 204;
  }

  restoreVersion({ version: name }: any, found: Model): number {
    const there = found.versions.get(name);
    if (!there) return 404;
    if (found.deleted) return 409;
    there.deleted = false;
    return 200;
  }

  setAlias({ alias: name, version: to, expect: expected }: any, found: Model): number {
    const there = found.versions.get(to);
    if (found.deleted || !there || there.deleted) return 404;
    if (there.status === 'pending') return 409;
    const holder = found.aliases.get(name);
    if (expected !== undefined && expected !== (holder ?? null)) return 412;
    this.move(found, name, to);
    return holder === undefined ? 201 : 200;
  }

  deleteAlias({ alias: name }: any, found: Model): number {
    if (found.deleted || !found.aliases.has(name)) return 404;
    found.aliases.delete(name);
    found.past.get(name)?.push(null);
    return 204;
  }

  rollback({ alias: name }: any, found: Model): number {
    const past = found.past.get(name);
    if (found.deleted || !past) return 404;
    const rest = past.slice(0, -1);
    while (rest.length > 0 && (rest.at(-1) === null || rest.at(-1) === found.aliases.get(name))) rest.pop();
    const to = rest.at(-1);
    if (!to) return 409;
    if (found.versions.get(to)?.deleted) return 404;
    found.aliases.set(name, to);
    found.past.set(name, rest);
    return 200;
  }

  private move(found: Model, name: string, to: string): void {
    if (found.aliases.get(name) === to) return;
    found.aliases.set(name, to);
    found.past.set(name, [...(found.past.get(name) ?? []), to]);
  }
}

/** Performs the same operation over HTTP in a namespace. */
async function send(namespace: string, o: Operation): Promise<number> {
  const modelPath = `/v1/models/${ref(`${namespace}/${o.model}`)}`;
  const versionPath = `/v1/versions/${ref(`${namespace}/${o.model}:${o.version}`)}`;
  const aliasPath = `${modelPath}/aliases/${o.alias}`;
  const owner = { owner: o.owner };
  const requests: Record<string, [method: string, path: string, body?: object]> = {
    createModel: ['POST', '/v1/models', { namespace, name: o.model, ...owner }],
    patchModel: ['PATCH', modelPath, owner],
    deleteModel: ['DELETE', modelPath],
    restoreModel: ['POST', `${modelPath}/restore`],
    createVersion: [
      'POST',
      `${modelPath}/versions`,
      { version: o.version, aliases: o.aliases, status: o.ready ? 'ready' : 'pending' },
    ],
    finalize: ['POST', `${versionPath}/finalize`],
    deleteVersion: ['DELETE', versionPath],
    restoreVersion: ['POST', `${versionPath}/restore`],
    setAlias: ['PUT', aliasPath, { version: o.version, expect: o.expect }],
    deleteAlias: ['DELETE', aliasPath],
    rollback: ['POST', `${aliasPath}/rollback`],
  };
  return (await server.api(...(requests[o.op] as [string, string, object?]))).status;
}

/** Reads everything in a namespace, in the form of the naive model. */
async function readAll(namespace: string) {
  const { body } = await server.api(
    'GET',
    `/v1/models?namespace=${namespace}&includeDeleted=true&orderBy=name`,
  );
  const seen = [];
  for (const { id, name, owner, deletedAt } of body.items) {
    if (deletedAt) {
      seen.push({ name, owner, deleted: true });
      continue;
    }
    const versions = await server.api('GET', `/v1/models/${id}/versions?includeDeleted=true&orderBy=version`);
    const aliases = await server.api('GET', `/v1/models/${id}/aliases`);
    seen.push({
      name,
      owner,
      deleted: false,
      versions: versions.body.items.map((v: any) => [v.version, v.status, v.deletedAt !== null, v.aliases]),
      aliases: aliases.body.items.map((a: any) => [a.alias, a.version]),
    });
  }
  return seen;
}

const byText = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);

function expectedOf(naive: Naive) {
  return [...naive.models].sort(byText).map(([name, { owner, deleted, versions, aliases }]) => {
    if (deleted) return { name, owner, deleted };
    const held = (version: string) =>
      [...aliases]
        .filter(([, holder]) => holder === version)
        .map(([each]) => each)
        .sort();
    return {
      name,
      owner,
      deleted,
      versions: [...versions].sort(byText).map(([each, v]) => [each, v.status, v.deleted, held(each)]),
      aliases: [...aliases].sort(byText),
    };
  });
}

it('answers like the naive model', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 20, maxLength: 60, size: 'max' }),
      async (operations) => {
        const namespace = freshName('naive');
        const naive = new Naive();
        for (const [i, each] of (operations as Operation[]).entries()) {
          const expected = naive.apply(each);
          expect([i, each.op, await send(namespace, each)]).toEqual([i, each.op, expected]);
        }
        expect(await readAll(namespace)).toEqual(expectedOf(naive));
      },
    ),
    { numRuns: 15, endOnFailure: false },
  );
}, 120_000);
