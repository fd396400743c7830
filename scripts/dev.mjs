// `npm run dev`: the programs and the dashboard are rebuilt as files change, beside a control plane with two local clusters.
// `argosy up --reload` starts a program again when it was rebuilt.
import { spawn } from 'node:child_process';
import { buildSteps, makeAll } from './build-steps.mjs';
import { fail, step } from './steps.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
await makeAll(buildSteps, step).catch(fail);
const children = [
  ...['control-plane', 'agent', 'local-cluster'].map((app) => [
    'node_modules/@nestjs/cli/bin/nest.js',
    'build',
    app,
    '--watch',
  ]),
  ['node_modules/vite/bin/vite.js', '--config', 'apps/dashboard/vite.config.ts'],
  ['dist/apps/cli/main.js', 'up', '--reload'],
].map((args) => spawn(process.execPath, args, { stdio: 'inherit' }));
const stop = () => children.forEach((child) => child.kill('SIGTERM'));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
for (const child of children) child.once('exit', stop);
