import { simulate, SimulationFailed } from './simulate.js';

const USAGE = `npm run sim -- [--seeds N] [--from S]
  --seeds N   how many seeds (default 2000)
  --from S    the first one (default 1); with --seeds 1, a failing seed is run again
`;

function numberOf(flag: string, fallback: number): number {
  const at = process.argv.indexOf(flag);
  if (at < 0) return fallback;
  const value = Number(process.argv[at + 1]);
  if (Number.isInteger(value) && value > 0) return value;
  process.stderr.write(`${flag} wants a whole number above 0.\n\n${USAGE}`);
  return process.exit(2);
}

const flags = process.argv.slice(2).filter((word) => word.startsWith('-'));
if (flags.some((flag) => flag !== '--seeds' && flag !== '--from')) {
  process.stderr.write(USAGE);
  process.exit(flags.includes('--help') ? 0 : 2);
}
const count = numberOf('--seeds', 2_000);
const from = numberOf('--from', 1);
const phases: Record<string, number> = {};
let [nodes, restarts, failures] = [0, 0, 0];
const startedAt = performance.now();
for (let seed = from; seed < from + count; seed++) {
  try {
    const result = await simulate(seed);
    phases[result.phase] = (phases[result.phase] ?? 0) + 1;
    nodes += result.nodes;
    restarts += result.restarts;
  } catch (error) {
    if (!(error instanceof SimulationFailed)) throw error;
    failures += 1;
    process.stderr.write(`\n✖ ${error.message}\n  again: npm run sim -- --seeds 1 --from ${seed}\n`);
    if (count === 1) process.stderr.write(`${error.history.map((line) => `  ${line}`).join('\n')}\n`);
  }
  if (process.stdout.isTTY && seed % 20 === 0) process.stdout.write(`\r${seed - from + 1} of ${count} seeds `);
}
const seconds = (performance.now() - startedAt) / 1000;
const told = Object.entries(phases).map(([phase, number]) => `${number} ${phase}`);
process.stdout.write(
  `\r${count} seeds in ${seconds.toFixed(1)} s: ${told.join(', ')}; ${nodes} nodes, ${restarts} controllers replaced; ${failures} failed\n`,
);
process.exit(failures > 0 ? 1 : 0);
