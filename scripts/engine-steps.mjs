// Which events met which kinds of nodes in which phases while the tests ran: a table, and what nobody tested.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Prints the sum of what the test files left in a folder. @returns the steps that no test shows and nobody explains */
export function printEngineSteps(folder) {
  const parts = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  const seen = new Set(parts.flatMap((part) => part.seen));
  const possible = [...new Set(parts.flatMap((part) => part.possible))].map((step) => step.split(' '));
  const explained = Object.entries(Object.assign({}, ...parts.map((part) => part.explained)));
  const kinds = [...new Set(possible.map(([kind]) => kind))];
  const events = [...new Set(possible.map(([, event]) => event))];

  const cell = (kind, event) =>
    possible
      .filter((step) => step[0] === kind && step[1] === event)
      .map(([, , phase]) => (seen.has(`${kind} ${event} ${phase}`) ? phase[0] : '-'))
      .join('');
  const width = Math.max(...kinds.map((kind) => kind.length));
  console.log(`\nWhat nodes met in which phase (P Pending, R Running, S Succeeded, F Failed, E Error, - nothing)\n`);
  console.log(`${''.padEnd(width)}  ${events.join('  ')}`);
  for (const kind of kinds) {
    console.log(`${kind.padEnd(width)}  ${events.map((event) => cell(kind, event).padEnd(event.length)).join('  ')}`);
  }
  const holes = possible.map((step) => step.join(' ')).filter((step) => !seen.has(step));
  const reasonOf = (step) => explained.find(([pattern]) => matches(pattern, step))?.[1];
  const unexpected = [...seen].filter((step) => !possible.some((other) => other.join(' ') === step));
  for (const hole of holes) console.log(`  ${hole}: ${reasonOf(hole) ?? 'NOT TESTED'}`);
  for (const step of unexpected) console.log(`  ${step}: happened, and is not in the table`);
  return holes.filter((hole) => reasonOf(hole) === undefined);
}

function matches(pattern, step) {
  const parts = step.split(' ');
  return pattern.split(' ').every((part, i) => part.split('|').some((one) => one === '*' || one === parts[i]));
}
