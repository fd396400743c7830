// Tiers are told by the file's suffix (see CONTRIBUTING.md): .spec.ts is pure, .medium.spec.ts boots real servers, .e2e.spec.ts spans apps.
const alias = (name, file = 'index') => [`^@argosy/${name}$`, `<rootDir>/libs/${name.split('/')[0]}/src/${file}.ts`];

export default {
  rootDir: '.',
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/{apps,libs,test}/**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.argosy/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    ...Object.fromEntries([
      alias('workflow-engine/testing', 'testing/index'),
      alias('sdk/testing', 'testing/index'),
      alias('kube/testing', 'testing/index'),
      alias('sdk/step-tree', 'step-tree'),
      alias('workflow-spec/lenient-lexer', 'source/lenient-lexer'),
      alias('kube/client-node', 'client-node/index'),
      ...[
        'expressions',
        'workflow-spec',
        'workflow-engine',
        'cron',
        'pod-plan',
        'kube',
        'local-cluster',
        'executor-protocol',
        'link-protocol',
        'workflow-controller',
        'sdk',
        'platform',
        'sync-database',
        'embedded-postgres',
      ].map((name) => alias(name)),
    ]),
  },
  // For tests that start servers and processes on a busy machine; none waits for time to pass.
  testTimeout: 30_000,
  setupFilesAfterEnv: ['<rootDir>/scripts/jest-engine-steps.mjs'],
  maxWorkers: 2,
  workerIdleMemoryLimit: '500MB',
};
