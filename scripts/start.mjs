// `npm start`: on a machine with Node and nothing else, install, build what is stale, and show a real pipeline on two
// clusters. Node built-ins only up to the moment everything is in place.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `Argosy needs Node 20.19 or newer; this is ${process.versions.node}. Install a newer one from https://nodejs.org and run npm start again.\n`,
  );
  process.exit(1);
}

process.chdir(new URL('..', import.meta.url).pathname);
const { fail, run, step } = await import('./steps.mjs');
const { buildSteps, makeAll } = await import('./build-steps.mjs');

try {
  accessSync('.', constants.W_OK);
} catch {
  process.stderr.write(
    `Cannot write to ${process.cwd()}: npm start keeps node_modules, dist and .argosy there. Give yourself write access or clone somewhere else.\n`,
  );
  process.exit(1);
}

const lockHash = createHash('sha256')
  .update(readFileSync('package-lock.json'))
  .update(process.versions.modules)
  .digest('hex');
const lockStamp = 'node_modules/.argosy-lock';
const installed = existsSync(lockStamp) && readFileSync(lockStamp, 'utf8') === lockHash;

process.stdout.write('\nArgosy\n\n');
try {
  await step('Install dependencies', async () => {
    if (installed) return 'up to date';
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    await run(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { title: 'npm ci' });
    writeFileSync(lockStamp, lockHash);
    return undefined;
  });
  await makeAll(buildSteps, step);
} catch (error) {
  fail(error);
}

const child = spawn(
  process.execPath,
  ['dist/apps/cli/main.js', 'up', '--example', 'examples/ci/pipeline.yaml', ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
// The terminal sends Ctrl-C to the whole group, so the child gets its own; only signals meant for us alone are passed on.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
