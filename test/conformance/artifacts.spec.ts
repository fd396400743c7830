import { fails, succeeds } from '@argosy/sdk/testing';
import type { PodScripts, SimulatedRun } from '@argosy/sdk/testing';
import type { Artifact } from '@argosy/workflow-spec';
import { lines, play } from './play.js';

/** Where an artifact ends up, as a pod that made it tells. */
const made = (name: string, key: string, more: Partial<Artifact> = {}): Artifact => ({ name, s3: { key }, ...more });
const makes = (...artifacts: Artifact[]): PodScripts => ({ make: succeeds({ artifacts }) });
/** What a step is given to read, by its name in the tree. */
const reads = (run: SimulatedRun, node: string): unknown => run.pod(node).template.inputs?.artifacts;

const MAKE = 'make: { container: { image: x }, outputs: { artifacts: [{ name: a, path: /out }] } }';
const READ = 'read: { inputs: { artifacts: [{ name: in, path: /in }] }, container: { image: x } }';
const makeThen = (argument: string, more = ''): string => `
  main: { steps: [[{ name: make, template: make }], [{ name: read, template: read, arguments: { artifacts: [${argument}] } }]]${more} }
  ${MAKE}
  ${READ}`;

describe('an input artifact', () => {
  it('has its location from the argument, but path and mode from the template', () => {
    const run = play(`
      main: { steps: [[{ name: read, template: read, arguments: { artifacts: [{ name: in, path: /else, mode: 511, raw: { data: hi } }] } }]] }
      read: { inputs: { artifacts: [{ name: in, path: /in, mode: 420, recurseMode: true, raw: { data: ho } }] }, container: { image: x } }`);
    expect(reads(run, 'read')).toEqual([
      { name: 'in', path: '/in', mode: 420, recurseMode: true, raw: { data: 'hi' } },
    ]);
  });

  it('may have its location in the template, with tags', () => {
    const run = play(
      'main: { inputs: { parameters: [{ name: k, default: v1 }], artifacts: [{ name: in, path: /in, s3: { key: "{{workflow.name}}/{{inputs.parameters.k}}" } }] }, container: { image: x } }',
    );
    expect(reads(run, 'wf')).toEqual([{ name: 'in', path: '/in', s3: { key: 'wf/v1' } }]);
  });

  it('is among the arguments of the workflow', () => {
    const run = play(
      'main: { inputs: { artifacts: [{ name: in, path: /in }] }, container: { image: x, args: ["{{inputs.artifacts.in.path}}"] } }',
      {},
      { spec: 'arguments: { artifacts: [{ name: in, raw: { data: hi } }] }' },
    );
    expect(reads(run, 'wf')).toEqual([{ name: 'in', path: '/in', raw: { data: 'hi' } }]);
    expect(run.pod('wf').template.container?.args).toEqual(['/in']);
  });

  it('is passed on to the steps of a template', () => {
    const run = play(
      `
      main: { steps: [[{ name: make, template: make }], [{ name: sub, template: sub, arguments: { artifacts: [{ name: got, from: "{{steps.make.outputs.artifacts.a}}" }] } }]] }
      sub: { inputs: { artifacts: [{ name: got }] }, steps: [[{ name: read, template: read, arguments: { artifacts: [{ name: in, from: "{{inputs.artifacts.got}}" }] } }]] }
      ${MAKE}
      ${READ}`,
      makes(made('a', 'k')),
    );
    expect(reads(run, 'read')).toEqual([{ name: 'in', path: '/in', s3: { key: 'k' } }]);
  });

  it('that is optional may be missing, any other may not', () => {
    const optional = play(
      'main: { inputs: { artifacts: [{ name: in, path: /in, optional: true }] }, container: { image: x } }',
    );
    expect(optional.phase).toBe('Succeeded');
    expect(reads(optional, 'wf')).toEqual([{ name: 'in', path: '/in', optional: true }]);
    const needed = play(
      'main: { inputs: { artifacts: [{ name: in, path: /in }] }, container: { image: x } }',
      {},
      { validate: false },
    );
    expect(needed.message).toBe('error in entry template execution: inputs.artifacts.in was not supplied');
  });
});

describe('an optional input artifact of steps that nobody gave', () => {
  const passing = (optional: boolean): string => `
      main: { inputs: { artifacts: [{ name: got, optional: true }] }, steps: [[{ name: read, template: read, arguments: { artifacts: [{ name: in, from: "{{inputs.artifacts.got}}" }] } }]] }
      read: { inputs: { artifacts: [{ name: in, path: /in${optional ? ', optional: true' : ''} }] }, container: { image: x } }`;

  it('may be passed on to a step that can do without', () => {
    const run = play(passing(true));
    expect(run.phase).toBe('Succeeded');
    expect(reads(run, 'read')).toEqual([{ name: 'in', path: '/in', optional: true }]);
  });

  it('is an error of a step that needs it', () => {
    expect(play(passing(false)).node('read')).toMatchObject({
      phase: 'Error',
      message: 'inputs.artifacts.in missing location information',
    });
  });
});

describe('an output artifact', () => {
  it('is read where its step left it', () => {
    const run = play(makeThen('{ name: in, from: "{{steps.make.outputs.artifacts.a}}" }'), makes(made('a', 'k')));
    expect(run.node('make').outputs.artifacts).toEqual(['a']);
    expect(reads(run, 'read')).toEqual([{ name: 'in', path: '/in', s3: { key: 'k' } }]);
  });

  it('may be read in part', () => {
    const part = '{ name: in, from: "{{steps.make.outputs.artifacts.a}}", subPath: "{{workflow.name}}/x" }';
    const run = play(makeThen(part), makes(made('a', 'k')));
    expect(reads(run, 'read')).toEqual([{ name: 'in', path: '/in', s3: { key: 'k' }, subPath: 'wf/x' }]);
  });

  it('is not read in a part that nobody names', () => {
    const run = play(
      `
      main: { steps: [[{ name: make, template: make }, { name: out, template: out, when: "false" }], [{ name: read, template: read, arguments: { artifacts: [{ name: in, from: "{{steps.make.outputs.artifacts.a}}", subPath: "{{steps.out.outputs.parameters.v}}" }] } }]] }
      ${MAKE}
      ${READ}`,
      makes(made('a', 'k')),
    );
    expect(run.node('[1]')).toMatchObject({
      phase: 'Error',
      message: 'failed to resolve {{steps.out.outputs.parameters.v}}',
    });
  });

  it('is chosen by an expression', () => {
    const run = play(
      `
      main:
        dag:
          tasks:
            - { name: make, template: make }
            - { name: other, template: make, when: "false" }
            - { name: read, template: read, dependencies: [make, other], arguments: { artifacts: [{ name: in, fromExpression: "tasks.other.status == 'Succeeded' ? tasks.other.outputs.artifacts.a : tasks.make.outputs.artifacts.a" }] } }
      ${MAKE}
      ${READ}`,
      makes(made('a', 'k')),
    );
    expect(reads(run, 'read')).toEqual([{ name: 'in', path: '/in', s3: { key: 'k' } }]);
  });

  it('that nobody made makes the group of who wants it Error, unless it is optional', () => {
    const from = 'from: "{{steps.make.outputs.artifacts.a}}"';
    const run = play(makeThen(`{ name: in, ${from} }`), makes());
    expect(run.node('[1]')).toMatchObject({
      phase: 'Error',
      message: 'unable to resolve references: {{steps.make.outputs.artifacts.a}} could not be resolved',
    });
    const optional = `
      main: { steps: [[{ name: make, template: make }], [{ name: read, template: read, arguments: { artifacts: [{ name: in, optional: true, ${from} }] } }]] }
      ${MAKE}
      read: { inputs: { artifacts: [{ name: in, path: /in, optional: true }] }, container: { image: x } }`;
    expect(play(optional, makes()).phase).toBe('Succeeded');
  });

  it('chosen by an expression of what was never made is missing too: an error, unless it is optional', () => {
    const choosing = (optional: boolean): string => `
      main:
        steps:
          - [{ name: make, template: make, when: "false" }]
          - [{ name: read, template: read, arguments: { artifacts: [{ name: in, optional: ${optional}, fromExpression: "steps.make.outputs.artifacts.a" }] } }]
        outputs: { artifacts: [{ name: o, optional: true, fromExpression: "steps.make.outputs.artifacts.a" }] }
      ${MAKE}
      read: { inputs: { artifacts: [{ name: in, path: /in, optional: true }] }, container: { image: x } }`;
    expect(play(choosing(false), makes()).node('[1]').phase).toBe('Error');
    const run = play(choosing(true), makes());
    expect(run.phase).toBe('Succeeded');
    expect(reads(run, 'read')).toEqual([{ name: 'in', path: '/in', optional: true }]);
    expect(run.node('wf').outputs.artifacts).toEqual([]);
  });

  it('of steps or a DAG is one of what runs inside', () => {
    const run = play(
      `
      main: { steps: [[{ name: sub, template: sub }], [{ name: read, template: read, arguments: { artifacts: [{ name: in, from: "{{steps.sub.outputs.artifacts.o}}" }] } }]] }
      sub: { dag: { tasks: [{ name: make, template: make }] }, outputs: { artifacts: [{ name: o, from: "{{tasks.make.outputs.artifacts.a}}" }] } }
      ${MAKE}
      ${READ}`,
      makes(made('a', 'k')),
    );
    expect(reads(run, 'read')).toEqual([{ name: 'in', path: '/in', s3: { key: 'k' } }]);
  });

  it('with a globalName is one of the workflow, for whoever comes later', () => {
    const run = play(
      `
      main: { steps: [[{ name: make, template: make }], [{ name: read, template: read, arguments: { artifacts: [{ name: in, from: "{{workflow.outputs.artifacts.g}}" }] } }]] }
      make: { container: { image: x }, outputs: { artifacts: [{ name: a, path: /out, globalName: g }] } }
      ${READ}`,
      makes(made('a', 'k')),
    );
    expect(run.workflow.status?.outputs?.artifacts).toEqual([{ name: 'g', s3: { key: 'k' } }]);
    expect(reads(run, 'read')).toEqual([{ name: 'in', path: '/in', s3: { key: 'k' } }]);
  });

  it('of a failed program is there for whoever runs all the same', () => {
    const run = play(
      `
      main: { dag: { tasks: [{ name: make, template: make }, { name: read, template: read, depends: make.Failed, arguments: { artifacts: [{ name: in, from: "{{tasks.make.outputs.artifacts.a}}" }] } }] } }
      ${MAKE}
      ${READ}`,
      { make: fails({ artifacts: [made('a', 'k')] }) },
    );
    expect(run.tree).toEqual(
      lines(`
        wf: DAG Succeeded -> make
        make: Pod Failed (main: Error (exit code 1)) -> read
        read: Pod Succeeded`),
    );
    expect(reads(run, 'read')).toEqual([{ name: 'in', path: '/in', s3: { key: 'k' } }]);
  });
});
