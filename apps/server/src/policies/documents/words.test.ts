import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { champion, onVal, policyTests } from '../../../testing/policies.ts';
import { startTestServer, type TestServer } from '../../../testing/test-server.ts';

/* Tests random labelling and promotion rules: every sentence agrees with the fields beside it. */

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
const { ok, decideAll, modelWith, newVersion } = policyTests(() => server);

/** The form of the sentence for each outcome. */
const LABEL: Record<string, RegExp> = {
  moved: /^\S+ qualifies as /,
  tagged: /^\S+ qualifies as /,
  proposed: /^\S+ is proposed as /,
  holds: /^\S+ (is \S+ already|is proposed as \S+ already|stays \S+, since rules take nothing away): /,
  no: /^\S+ does not qualify as /,
};
const PROMOTION: Record<string, RegExp> = {
  promoted: /^The checkpoint of .+ qualifies as the version /,
  no: /^The checkpoint of .+ does not qualify as /,
  refused: /^The checkpoint of .+ could not become (the|a) version/,
};
const EXPLANATION: Record<string, RegExp> = {
  holds: /^\S+ holds champion\.$/,
  no: /^\S+ is not champion: /,
  moved: / is about to become the holder\.$/,
  proposed: / waits for a person to approve it\.$/,
};

function demandAgreement({ outcome, words, clauses }: any, says: Record<string, RegExp>): void {
  expect(words).toMatch(says[outcome] ?? /^$/);
  if (clauses === undefined || outcome === 'holds') return;
  const failing = clauses.filter(({ holds }: any) => !holds);
  expect(failing.length > 0, words).toBe(outcome === 'no');
  for (const each of failing) expect(words).toContain(each.words);
}

const worlds = fc.record({
  mode: fc.constantFrom('auto', 'propose'),
  tag: fc.boolean(),
  filter: fc.option(fc.constantFrom("framework = 'pytorch'", 'metadata.x = 1')),
  notWorse: fc.boolean(),
  versions: fc.array(
    fc.record({
      value: fc.option(fc.constantFrom(0.1, 0.5, 0.9, 'NaN')),
      framework: fc.constantFrom('pytorch', 'jax'),
      ms: fc.option(fc.integer({ min: 1, max: 3 })),
    }),
    { minLength: 2, maxLength: 4 },
  ),
  template: fc.constantFrom('v{epoch}', 'e{epoch}', '{experiment}'),
});

test('sentences agree with the fields in decisions, proposals, explanations and previews', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, async ({ mode, tag, filter, notWorse, versions, template }) => {
      const rules = {
        label: [
          {
            ...champion,
            mode,
            ...(filter === null ? {} : { filter }),
            ...(notWorse ? { notWorse: [{ metric: 'ms', direction: 'min' }] } : {}),
          },
          ...(tag
            ? [
                {
                  name: 'good',
                  tag: 'good',
                  metric: 'mAP',
                  dataset: 'val',
                  direction: 'max',
                  than: 0.2,
                  mode,
                },
              ]
            : []),
        ],
        promote: [{ metric: 'acc', direction: 'max', version: template }],
      };
      const model = await modelWith({});
      const run = await ok('POST', '/v1/experiments', { namespace: model.namespace, name: 'run' });
      await ok('POST', `/v1/experiments/${run.id}/checkpoints`, { epoch: 1, files: [], metrics: { acc: 1 } });
      for (const [index, { value, framework, ms }] of versions.entries()) {
        const metrics = [
          ...(value === null ? [] : [onVal(value)]),
          ...(ms === null ? [] : [{ key: 'ms', value: ms }]),
        ];
        await newVersion(model, `v${index}`, metrics, { framework });
      }
      await ok('PATCH', `/v1/experiments/${run.id}`, { status: 'finished' });
      const valid = await server.api('PUT', `${model.url}/policy`, rules);
      if (valid.status === 422) return;
      const preview = await ok('POST', `${model.url}/policy/preview`);
      for (const each of preview.label) demandAgreement(each, LABEL);
      for (const each of preview.promote) demandAgreement(each, PROMOTION);
      await decideAll();
      // Later facts trigger the rules again.
      await ok('POST', `/v1/versions/${encodeURIComponent(`${model.ref}:v0`)}/metrics`, {
        metrics: [onVal(0.6)],
      });
      await decideAll();
      const { items: decisions } = await ok('GET', `${model.url}/decisions?limit=1000`);
      for (const each of decisions) demandAgreement(each, each.kind === 'label' ? LABEL : PROMOTION);
      const promoted = decisions.find(({ kind }: any) => kind === 'promote');
      expect(preview.promote.map(({ outcome, words }: any) => [outcome, words.split(':')[0]])).toEqual(
        promoted ? [[promoted.outcome, promoted.words.split(':')[0]]] : [],
      );
      for (const { words } of (await ok('GET', `${model.url}/proposals`)).items)
        expect(words).toMatch(LABEL['proposed'] as RegExp);
      for (const index of versions.keys()) {
        const explained = await ok('GET', `${model.url}/aliases/champion/explain?version=v${index}`);
        const { outcome, answer: words, clauses } = explained;
        demandAgreement({ outcome, words, clauses }, EXPLANATION);
        expect(explained.isHolder).toBe(outcome === 'holds');
      }
    }),
    { numRuns: 10 },
  );
}, 240_000);
