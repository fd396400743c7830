import type { Command } from 'commander';
import { ArgosyError } from '@argosy/sdk';
import type { CliCommand } from '../command.js';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

interface Entry {
  readonly words: readonly string[];
  readonly description: string;
  readonly options: readonly string[];
  readonly subcommands: readonly string[];
}

function entriesOf(command: Command, words: readonly string[] = []): Entry[] {
  const subcommands = command.commands.map((sub) => sub.name());
  const options = command.options.flatMap(({ short, long }) =>
    [short, long].filter((flag): flag is string => Boolean(flag)),
  );
  const entry = { words, description: command.description(), options, subcommands };
  return [entry, ...command.commands.flatMap((sub) => entriesOf(sub, [...words, sub.name()]))];
}

function bash(entries: readonly Entry[]): string {
  const cases = entries.map(
    ({ words, options, subcommands }) =>
      `    "${words.join(' ')}") reply="${[...subcommands, ...options].join(' ')}" ;;`,
  );
  return `_argosy() {
  local words="" word reply="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    [[ "$word" == -* ]] || words="\${words:+$words }$word"
  done
  case "$words" in
${cases.join('\n')}
    *) COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")); return ;;
  esac
  COMPREPLY=($(compgen -W "$reply" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _argosy argosy`;
}

function fish(entries: readonly Entry[]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;
  return entries
    .flatMap(({ words, options, subcommands }) => {
      const seen = words.length === 0 ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${words.at(-1)}`;
      const describe = (name: string): string =>
        entries.find((entry) => entry.words.join(' ') === [...words, name].join(' '))?.description ?? '';
      return [
        ...subcommands.map((name) => `complete -c argosy -n ${quote(seen)} -a ${name} -d ${quote(describe(name))}`),
        ...options
          .filter((flag) => flag.startsWith('--'))
          .map((flag) => `complete -c argosy -n ${quote(seen)} -l ${flag.slice(2)}`),
      ];
    })
    .join('\n');
}

const scripts: Readonly<Record<Shell, (entries: readonly Entry[]) => string>> = {
  bash,
  zsh: (entries) => `autoload -U +X bashcompinit && bashcompinit\n${bash(entries)}`,
  fish,
};

export const completionCommand: CliCommand = (program, context) => {
  program
    .command('completion')
    .description('print a completion script, e.g. source <(argosy completion bash)')
    .argument('<shell>', shells.join('|'))
    .action((name: string) => {
      const shell = shells.find((known) => known === name);
      if (!shell) throw new ArgosyError('invalid', `No completion for "${name}". Known shells: ${shells.join(', ')}.`);
      context.output.out(scripts[shell](entriesOf(program)));
    });
};
