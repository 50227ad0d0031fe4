// Rules of imports. Every violation is an error.

/** Kept away from pure code: anything that reads or changes the world outside the process. */
const IO_MODULES =
  '^(node:)?(fs|net|tls|dgram|dns|http|http2|https|child_process|cluster|worker_threads|readline|repl|inspector|tty|os|process|timers|sqlite)(/|$)';
const TEST = '([.]test[.]ts|/test/|/testing/)';
/** Our own packages and apps, however they were named in the import. */
const OURS = '^(packages|apps)/';

/** `name` may depend on no other of our workspaces than those in `allowed`. */
const only = (name, folder, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^${folder}/src/`, pathNot: TEST },
  to: { path: OURS, pathNot: [folder, ...allowed].map((path) => `^${path}/`) },
});

/** The layers of the server, the lowest first. */
const LAYERS = [
  'config',
  'runtime',
  'protocol',
  'access',
  'core',
  'content',
  'resources',
  'policies',
  'http',
  'system',
  'workers',
  'backup',
  'app',
  'bin',
];
/** Tests may use any layer: they drive workers and servers by hand. */
const layers = LAYERS.slice(0, -1).map((layer, index) => ({
  name: `server-layer-${layer}`,
  comment: 'A layer of the server uses those before it, also by type. ARCHITECTURE.md says what each is for.',
  severity: 'error',
  from: { path: `^apps/server/src/${layer}/`, pathNot: TEST },
  to: { path: `^apps/server/src/(${LAYERS.slice(index + 1).join('|')})/` },
}));

/** The layers of the client, the lowest first, as patterns of paths below its `src`. */
const CLIENT_LAYERS = [
  '(core/|generated/(schemas|types|version)[.]ts)',
  'generated/resources',
  'downloads/',
  'uploads/',
  'transfers[.]ts',
  'trees/',
  'client[.]ts',
  'index[.]ts',
];
const clientLayers = CLIENT_LAYERS.slice(0, -1).map((layer, index) => ({
  name: `client-layer-${index}`,
  comment: 'A layer of the client uses those before it, also by type.',
  severity: 'error',
  from: { path: `^packages/client/src/${layer}`, pathNot: TEST },
  to: { path: `^packages/client/src/(${CLIENT_LAYERS.slice(index + 1).join('|')})` },
}));

module.exports = {
  forbidden: [
    ...layers,
    ...clientLayers,
    {
      name: 'client-in-layers',
      comment: 'Every file of the client belongs to a layer.',
      severity: 'error',
      from: {},
      to: {
        path: '^packages/client/src/',
        pathNot: [TEST, `^packages/client/src/(${CLIENT_LAYERS.join('|')})`],
      },
    },
    {
      name: 'server-in-layers',
      comment: 'Every file of the server belongs to a layer.',
      severity: 'error',
      from: {},
      to: { path: '^apps/server/src/', pathNot: `^apps/server/src/(${LAYERS.join('|')})/` },
    },
    {
      name: 'no-circular',
      comment: 'Two modules that need each other are one module, or miss a third below both.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-circular-types',
      comment:
        'An interface belongs to the module that needs it: then no module knows one above it, not even by type.',
      severity: 'error',
      from: {
        path: '^(apps/server|packages/(blobs|client|codegen|db|domain|schema))/src/',
        pathNot: '^packages/db/src/generated/',
      },
      to: { circular: true },
    },
    {
      name: 'packages-never-on-apps',
      comment: 'Apps are put together from packages; a package that knows an app cannot be used alone.',
      severity: 'error',
      from: { path: '^packages/', pathNot: TEST },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-never-on-apps',
      comment: 'Apps share code through packages.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: TEST },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    only('schema-alone', 'packages/schema', [], 'The contract knows nothing of who fulfils it.'),
    {
      name: 'schema-on-zod-only',
      comment: 'The contract is loaded everywhere; it brings zod and nothing else.',
      severity: 'error',
      from: { path: '^packages/schema/src/', pathNot: TEST },
      to: { dependencyTypesNot: ['local', 'type-only'], pathNot: '/zod/|^packages/schema/' },
    },
    only(
      'domain-on-schema-only',
      'packages/domain',
      ['packages/schema'],
      'Decisions are pure: they are handed all they need.',
    ),
    {
      name: 'domain-on-types-only',
      comment: 'The domain has no runtime dependency; it knows the types of the contract.',
      severity: 'error',
      from: { path: '^packages/domain/src/', pathNot: TEST },
      to: { path: '^packages/schema/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'domain-without-io',
      comment: 'The dry run and the worker must decide alike, so a decision reads no file, network or clock.',
      severity: 'error',
      from: { path: '^packages/domain/src/', pathNot: TEST },
      to: { path: IO_MODULES },
    },
    only('db-alone', 'packages/db', [], 'Tables know neither decisions, blobs nor HTTP.'),
    only('blobs-alone', 'packages/blobs', [], 'A blob store holds bytes by key, for whomever.'),
    only(
      'client-alone',
      'packages/client',
      [],
      'The client is published: it knows the service by HTTP only.',
    ),
    {
      name: 'client-without-dependencies',
      comment: 'The client is published with no runtime dependency.',
      severity: 'error',
      from: { path: '^packages/client/src/', pathNot: TEST },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'codegen-on-schema-only',
      comment: 'The generator reads only the contract.',
      severity: 'error',
      from: { path: '^packages/codegen/src/', pathNot: TEST },
      to: { path: OURS, pathNot: '^packages/(codegen|schema)/' },
    },
    {
      name: 'cli-and-web-on-client-only',
      comment: 'The command line and the pages use what every user has: the client.',
      severity: 'error',
      from: { path: '^apps/(cli|web)/src/', pathNot: TEST },
      to: { path: OURS, pathNot: '^(packages/client|apps/(cli|web))/' },
    },
    {
      name: 'not-to-tests',
      comment: 'Code that runs in production does not import tests or their helpers.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: [TEST, 'conformance', 'vitest'] },
      to: { path: TEST },
    },
    {
      name: 'generated-by-its-package',
      comment: 'Generated code is reached through the package that generates it.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '/generated/', pathNot: '^$1/$2/' },
    },
    {
      name: 'declared-dependencies',
      comment: 'Each package declares the packages that it imports.',
      severity: 'error',
      from: { path: '^(packages|apps)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-dependencies-in-production',
      comment: 'A production installation leaves development dependencies out.',
      severity: 'error',
      from: {
        path: '^(packages|apps)/[^/]+/src/',
        pathNot: [TEST, 'conformance', 'vitest', '^packages/codegen/'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      comment: 'The imported module does not exist.',
      severity: 'error',
      from: { path: '^(packages|apps|test|bench|scripts)/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json', '.d.ts'],
    },
    cache: false,
  },
};
