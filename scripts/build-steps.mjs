// What must be made before the programs run, in order. Each entry names its inputs, so that only stale parts are made.
import { run } from './steps.mjs';
import { whenStale } from './staleness.mjs';

const node = (title, ...args) => run(process.execPath, args, { title });
const nestApp = (app, { folder = `apps/${app}`, more = [] } = {}) => ({
  title: `Build ${app}`,
  stamp: `dist/.stamps/${app}`,
  inputs: [
    folder,
    'libs',
    'prisma/schema.prisma',
    'package-lock.json',
    'tsconfig.json',
    'nest-cli.json',
    'rspack.config.js',
    ...more,
  ],
  outputs: [`dist/${folder}/main.js`],
  make: () => node(`Build ${app}`, 'node_modules/@nestjs/cli/bin/nest.js', 'build', app),
});

const graphqlSources = ['apps/control-plane/src/graphql/shared.graphql', 'apps/control-plane/src/modules'];

export const generateSteps = [
  {
    title: 'Generate the database client',
    stamp: 'dist/.stamps/prisma',
    inputs: ['prisma/schema.prisma', 'scripts/generate-prisma.mjs', 'package-lock.json'],
    outputs: ['apps/control-plane/src/persistence/generated'],
    make: () => node('prisma generate', 'scripts/generate-prisma.mjs'),
  },
  {
    title: 'Generate GraphQL types',
    stamp: 'dist/.stamps/graphql',
    inputs: [
      ...graphqlSources,
      'apps/dashboard/src',
      'libs/sdk/src',
      'scripts/generate-graphql.mjs',
      'scripts/generate-operations.mjs',
      'package-lock.json',
    ],
    outputs: [
      'apps/control-plane/src/graphql/generated',
      'libs/sdk/src/generated/operations.ts',
      'apps/dashboard/src/gql',
    ],
    make: async () => {
      await node('GraphQL schema', 'scripts/generate-graphql.mjs');
      await node('GraphQL operations', 'scripts/generate-operations.mjs');
    },
  },
];

export const buildSteps = [
  ...generateSteps,
  {
    title: 'Build the supervisor',
    stamp: 'dist/.stamps/supervisor',
    inputs: ['apps/executor', 'libs/executor-protocol', 'scripts/build-supervisor.mjs'],
    outputs: ['dist/executor/supervisor'],
    make: () => node('supervisor', 'scripts/build-supervisor.mjs'),
  },
  nestApp('control-plane', { more: ['apps/control-plane/schema.graphql'] }),
  nestApp('agent'),
  nestApp('local-cluster'),
  nestApp('cli'),
  {
    title: 'Build the dashboard',
    stamp: 'dist/.stamps/dashboard',
    inputs: ['apps/dashboard', ...graphqlSources, 'package-lock.json'],
    outputs: ['dist/apps/dashboard/index.html'],
    make: () =>
      node(
        'vite build',
        'node_modules/vite/bin/vite.js',
        'build',
        '--config',
        'apps/dashboard/vite.config.ts',
        '--logLevel',
        'warn',
      ),
  },
];

const supervisor = buildSteps.find(({ title }) => title === 'Build the supervisor');
export const simulationSteps = [nestApp('simulation', { folder: 'test/simulation' })];
export const benchSteps = [...generateSteps, supervisor, nestApp('bench', { folder: 'bench', more: ['apps'] })];

/** Makes what is stale. With `report`, every step is shown through it. */
export async function makeAll(steps, report) {
  for (const { title, make, ...inputs } of steps) await report(title, () => whenStale(inputs, make));
}
