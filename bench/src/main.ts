import { join } from 'node:path';
import { chain, fanOut, measureEvents, measureRun } from './engine.bench.js';
import { measureIngest } from './ingest.bench.js';
import { measureStart } from './latency.bench.js';
import { measureManifest } from './manifest.bench.js';

/** The repository's root, seen from dist/bench. */
const root = join(import.meta.dirname, '../..');

const number = (value: number, digits = 0): string =>
  value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
const say = (text = ''): void => void process.stdout.write(`${text}\n`);
const row = (label: string, value: string, ratio = ''): void =>
  say(`  ${label.padEnd(58)}${value.padStart(22)}  ${ratio}`);

function events(): void {
  say('Engine: one pod event');
  // The first measurement also pays for the compiler.
  measureEvents(1_000);
  const [base, ...more] = [1_000, 20_000, 50_000].map(measureEvents);
  if (!base) return;
  for (const { nodes, passesPerSecond, eventUs, bytesPerNode } of [base, ...more]) {
    const label = `${number(nodes)} nodes, ${number(bytesPerNode)} bytes a node`;
    const ratio =
      nodes === base.nodes ? '' : `${number(eventUs / base.eventUs, 2)} × the cost at ${number(base.nodes)}`;
    row(label, `${number(passesPerSecond)} passes/s`, ratio);
  }
}

function runs(): void {
  say('\nEngine: whole runs in the simulator, time a node');
  for (const [title, make, sizes] of [
    ['fan-out', fanOut, [1_000, 10_000]],
    ['chain', chain, [1_000, 5_000]],
  ] as const) {
    measureRun(make(sizes[0]), sizes[0]);
    const [small, large] = sizes.map((size) => measureRun(make(size), size)) as [number, number];
    row(`${title} of ${number(sizes[0])}`, `${number(small, 1)} µs`);
    row(`${title} of ${number(sizes[1])}`, `${number(large, 1)} µs`, `${number(large / small, 2)} × the smaller one`);
  }
}

function manifests(): void {
  say('\nManifests');
  const { megabytes, lintMs, jsonMs, ratio } = measureManifest();
  row(`parse and validate ${number(megabytes, 1)} MiB of YAML`, `${number(lintMs)} ms`);
  row('JSON.parse of as many characters', `${number(jsonMs)} ms`, `${number(ratio, 0)} × as long for YAML`);
}

async function ingest(): Promise<void> {
  say('\nIngest of node states, against INSERT ... SELECT unnest of the same rows');
  const { ingestPerSecond, rawPerSecond, ratio } = await measureIngest();
  row('unnest', `${number(rawPerSecond)} rows/s`);
  row('ingest', `${number(ingestPerSecond)} rows/s`, `${number(ratio, 2)} of unnest`);
}

async function latency(): Promise<void> {
  say('\nSubmit to running on the local cluster, against spawning the same process');
  const { workflowMs, spawnMs, ratio } = await measureStart(join(root, 'dist/executor'));
  row('spawn', `${number(spawnMs)} ms`);
  row('workflow', `${number(workflowMs)} ms`, `${number(ratio, 2)} × spawn`);
}

const parts: Record<string, () => void | Promise<void>> = { events, runs, manifests, ingest, latency };
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length > 0) {
  process.stderr.write(`There is no part called ${unknown.join(', ')}. Parts: ${Object.keys(parts).join(', ')}.\n`);
  process.exit(2);
}
say(`Node ${process.versions.node} on ${process.platform}. Compare ratios, never times of different runs.\n`);
for (const [name, part] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) await part();
