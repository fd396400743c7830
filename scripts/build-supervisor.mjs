// Builds the supervisor into dist/executor (or the folder after --to): the static C program where there is a C compiler (musl-gcc, else
// gcc with a static libc), else the Node program with the same contract, which serves local clusters on this machine.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

process.chdir(new URL('..', import.meta.url).pathname);
const folder = 'apps/executor/supervisor';
const to = process.argv.indexOf('--to');
const output = to < 0 ? 'dist/executor' : process.argv[to + 1];
const target = join(output, 'supervisor');
const flags = [
  '-std=c11',
  '-D_GNU_SOURCE',
  '-Os',
  '-static',
  '-s',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-ffunction-sections',
  '-fdata-sections',
  '-Wl,--gc-sections',
];
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.c'))
  .map((name) => join(folder, name));

mkdirSync(output, { recursive: true });

function compiled() {
  if (process.env.ARGOSY_NO_C_COMPILER) return false;
  for (const compiler of ['musl-gcc', 'gcc', 'cc']) {
    const { status, error, stderr } = spawnSync(compiler, [...flags, '-o', `${target}.new`, ...sources], {
      encoding: 'utf8',
    });
    if (status === 0) return compiler;
    // A compiler without a static libc is as good as none; anything else it says is about our code.
    if (!error && !/cannot find -l|unrecognized|not found/.test(stderr)) throw new Error(`${compiler}: ${stderr}`);
  }
  return false;
}

rmSync(`${target}.new`, { force: true });
const compiler = compiled();
if (compiler) {
  chmodSync(`${target}.new`, 0o755);
  process.stdout.write(`Built the supervisor with ${compiler}.\n`);
} else {
  const bundle = join(output, 'supervisor.mjs');
  copyFileSync('apps/executor/src/supervisor.mjs', bundle);
  for (const part of ['resource.mjs', 'progress.mjs'])
    copyFileSync(join('apps/executor/src', part), join(output, part));
  // Beside the wrapper where the whole folder is mounted; where it was built when only the wrapper was installed.
  const wrapper = [
    '#!/bin/sh',
    'program=${0%/*}/supervisor.mjs',
    `[ -f "$program" ] || program=${JSON.stringify(resolve(bundle))}`,
    `exec ${JSON.stringify(process.execPath)} "$program" "$@"`,
  ];
  writeFileSync(`${target}.new`, `${wrapper.join('\n')}\n`, { mode: 0o755 });
  process.stdout.write('No C compiler here: local clusters use the supervisor written in Node.\n');
}
renameSync(`${target}.new`, target);
