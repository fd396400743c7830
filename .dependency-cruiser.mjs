// The direction of imports, as docs/ARCHITECTURE.md draws it. `npm run check` fails on a line against it.
const lib = (names) => `^libs/(${names.join('|')})/`;
const pure = ['expressions', 'workflow-spec', 'workflow-engine', 'cron', 'pod-plan', 'executor-protocol'];
const nodeBuiltins = { dependencyTypes: ['core'] };

/** libs that a lib may import; one that is not listed may import none. */
const mayImport = {
  expressions: [],
  'workflow-spec': ['expressions'],
  'workflow-engine': ['expressions', 'workflow-spec'],
  cron: ['expressions', 'workflow-spec', 'workflow-engine'],
  'executor-protocol': [],
  'pod-plan': ['expressions', 'workflow-spec', 'workflow-engine', 'executor-protocol'],
  kube: [],
  'link-protocol': [],
  platform: [],
  'embedded-postgres': ['platform'],
  sdk: [],
  'local-cluster': ['kube', 'executor-protocol', 'platform'],
  'workflow-controller': [
    'expressions',
    'workflow-spec',
    'workflow-engine',
    'cron',
    'pod-plan',
    'executor-protocol',
    'kube',
  ],
  'sync-database': ['workflow-engine', 'kube', 'workflow-controller'],
};
const allLibs = Object.keys(mayImport);
const notTest = '\\.spec\\.ts$|/testing/';

export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'libs-import-no-app', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    {
      name: 'apps-import-no-other-app',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    ...Object.entries(mayImport).map(([name, allowed]) => ({
      name: `${name}-imports`,
      severity: 'error',
      from: { path: lib([name]), pathNot: notTest },
      to: { path: lib(allLibs.filter((other) => other !== name && !allowed.includes(other))) },
    })),
    {
      name: 'sdk-testing-imports',
      comment: 'A workflow is unit-tested with the engine itself; the client of the control plane needs none of it.',
      severity: 'error',
      from: { path: '^libs/sdk/src/testing/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^libs/', pathNot: '^libs/(sdk/src/testing|workflow-spec|workflow-engine)/' },
    },
    { name: 'pure-libs-do-no-io', severity: 'error', from: { path: lib(pure), pathNot: notTest }, to: nodeBuiltins },
    {
      name: 'kubernetes-client-only-in-kube',
      severity: 'error',
      from: { pathNot: '^libs/kube/src/client-node/' },
      to: { path: 'node_modules/@kubernetes/client-node' },
    },
    {
      name: 'prisma-only-in-repositories',
      severity: 'error',
      from: {
        path: '^apps/control-plane/',
        pathNot: '(\\.repository\\.ts|label-selector\\.ts|/persistence/.*|\\.mapper\\.ts|\\.spec\\.ts)$',
      },
      to: { path: '(node_modules/@prisma|/persistence/generated/)' },
    },
    {
      name: 'bullmq-only-in-queues',
      severity: 'error',
      from: { pathNot: '/queues/' },
      to: { path: 'node_modules/(bullmq|@nestjs/bullmq)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^dist/|^apps/dashboard/src/gql/)' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
