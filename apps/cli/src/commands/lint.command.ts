import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { formatProblem, hasErrors, libraryOf, lintManifests, parseManifests } from '@argosy/workflow-spec';
import type { Problem } from '@argosy/workflow-spec';
import type { CliCommand, CliContext } from '../command.js';
import { EXIT_FAILED } from '../command.js';
import { formatStructured } from '../output/print.js';
import { readManifest } from './arguments.js';

interface LintFlags {
  output: 'pretty' | 'simple' | 'json' | 'yaml';
  lenient?: boolean;
}
interface Linted {
  readonly file: string;
  readonly text: string;
  readonly problems: readonly Problem[];
}

export const lintCommand: CliCommand = (program, context) => {
  program
    .command('lint')
    .description('check manifests without any server: file, line, column, what is wrong, and the nearest right word')
    .argument('<file...>', 'YAML or JSON files, or folders of them; - for standard input')
    .option('-o, --output <format>', 'pretty|simple|json|yaml', 'pretty')
    .option('--lenient', 'take unknown keys for a warning')
    .action((paths: string[], flags: LintFlags) => lint(paths, flags, context));
};

function lint(paths: readonly string[], flags: LintFlags, context: CliContext): void {
  const texts = paths.flatMap(filesBelow).map((file) => ({ file, text: readManifest(file) }));
  // Templates may be in other files than the workflows that refer to them.
  const templates = libraryOf(texts.flatMap(({ text }) => parseManifests(text, { lenient: true }).documents));
  const linted = texts.map(({ file, text }): Linted => ({
    file,
    text,
    problems: lintManifests(text, { lenient: flags.lenient, templates }).problems,
  }));
  if (linted.some(({ problems }) => hasErrors(problems))) context.exitWith(EXIT_FAILED);
  if (flags.output === 'json' || flags.output === 'yaml') {
    context.output.out(
      formatStructured(
        linted.map(({ file, problems }) => ({ file, problems })),
        flags.output,
      ),
    );
    return;
  }
  print(linted, flags.output === 'pretty', context);
}

function print(linted: readonly Linted[], pretty: boolean, { output, paint }: CliContext): void {
  const painter = { error: paint.red, warning: paint.yellow, emphasis: paint.bold, faint: paint.dim };
  let count = 0;
  for (const { file, text, problems } of linted) {
    for (const problem of problems) {
      count++;
      output.out(formatProblem(problem, { name: file, ...(pretty ? { text } : {}) }, pretty ? painter : undefined));
    }
  }
  if (count === 0)
    output.out(
      `${paint.green('✔')} ${linted.length === 1 ? 'No problem' : `No problem in ${linted.length} files`} found.`,
    );
  else output.err(`${count} ${count === 1 ? 'problem' : 'problems'} found.`);
}

function filesBelow(path: string): string[] {
  if (path === '-' || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(path, name));
}
