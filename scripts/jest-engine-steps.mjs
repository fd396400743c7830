// Runs in every test file: leaves what the engine's simulation recorded (libs/workflow-engine/src/testing/step-coverage.ts)
// in the folder that `npm test` asks for.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.ARGOSY_ENGINE_STEPS;
if (folder)
  globalThis.afterAll(() => {
    const recording = globalThis[Symbol.for('argosy.engine-steps')];
    if (!recording) return;
    mkdirSync(folder, { recursive: true });
    const { seen, possible, explained } = recording;
    const name = `${process.pid}-${process.hrtime.bigint()}.json`;
    writeFileSync(join(folder, name), JSON.stringify({ seen: [...seen], possible, explained }));
  });
