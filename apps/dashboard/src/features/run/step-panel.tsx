import { ActionIcon, Button, SegmentedControl, Select, Tabs, Title, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowsMaximize, IconArrowsMinimize, IconPlayerPlay, IconX } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { RunPageRunFragment, StepFragment } from '../../gql/operations.js';
import { dateTime, durationOf } from '../../shell/format.js';
import { hasEnded, PhaseLabel, phaseWord } from '../../shell/phase.js';
import { useNow } from '../../shell/use-now.js';
import { perform } from '../actions/run-actions.js';
import { attemptsOf } from './attempts.js';
import { LogView } from './log/log-view.js';
import { isWaiting } from './run-header.js';
import { Values } from './values.js';

interface Props {
  readonly run: RunPageRunFragment;
  readonly step: StepFragment;
  readonly steps: readonly StepFragment[];
  readonly isWide: boolean;
  readonly onWiden: () => void;
  readonly onClose: () => void;
}

export function StepPanel({ run, step, steps, isWide, onWiden, onClose }: Props): ReactElement {
  const attempts = useMemo(() => attemptsOf(step, new Map(steps.map((one) => [one.id, one]))), [step, steps]);
  const [chosen, setChosen] = useState<string>();
  const attempt = attempts.find(({ id }) => id === chosen) ?? attempts.at(-1) ?? step;
  const wideLabel = isWide ? 'Make narrow' : 'Make wide';
  return (
    <aside className="step-panel" aria-label={`Step ${step.displayName}`}>
      <header>
        <Title order={2} size="h5" title={step.displayName}>
          {step.displayName}
        </Title>
        <PhaseLabel badge phase={step.phase} suspended={step.type === 'Suspend'} />
        <span className="step-panel-tools">
          {isWaiting(step) && <ResumeStep run={run} step={step} />}
          <Tooltip label={wideLabel}>
            <ActionIcon variant="subtle" color="gray" aria-label={wideLabel} visibleFrom="sm" onClick={onWiden}>
              {isWide ? <IconArrowsMinimize size={16} /> : <IconArrowsMaximize size={16} />}
            </ActionIcon>
          </Tooltip>
          <ActionIcon variant="subtle" color="gray" aria-label="Close the step" onClick={onClose}>
            <IconX size={17} />
          </ActionIcon>
        </span>
      </header>
      {attempts.length > 1 && (
        <SegmentedControl
          size="xs"
          mx="sm"
          aria-label="Attempt"
          value={attempt.id}
          onChange={setChosen}
          data={attempts.map(({ id, phase }, index) => ({
            value: id,
            label: `Attempt ${index + 1}: ${phaseWord(phase).toLowerCase()}`,
          }))}
        />
      )}
      <StepTabs key={attempt.id} run={run} step={attempt} steps={steps} />
    </aside>
  );
}

function ResumeStep({ run, step }: { run: RunPageRunFragment; step: StepFragment }): ReactElement {
  const [busy, setBusy] = useState(false);
  const resume = async (): Promise<void> => {
    setBusy(true);
    const { refused } = await perform('resume', run, { nodeFieldSelector: `id=${step.id}` });
    setBusy(false);
    notifications.show({ color: refused ? 'red' : 'teal', message: refused ?? `${step.displayName} will go on.` });
  };
  return (
    <Button
      size="compact-sm"
      leftSection={<IconPlayerPlay size={14} aria-hidden />}
      loading={busy}
      onClick={() => void resume()}
    >
      Resume this step
    </Button>
  );
}

function StepTabs({ run, step, steps }: Pick<Props, 'run' | 'step' | 'steps'>): ReactElement {
  const hasLog = step.type === 'Pod' || step.type === 'Container';
  return (
    <Tabs defaultValue={hasLog ? 'log' : 'summary'} className="step-tabs">
      <Tabs.List px="sm">
        {hasLog && <Tabs.Tab value="log">Log</Tabs.Tab>}
        <Tabs.Tab value="summary">Summary</Tabs.Tab>
        <Tabs.Tab value="values">Inputs and outputs</Tabs.Tab>
      </Tabs.List>
      {hasLog && (
        <Tabs.Panel value="log" className="step-tab">
          <StepLog run={run} step={step} steps={steps} />
        </Tabs.Panel>
      )}
      <Tabs.Panel value="summary" className="step-tab step-facts">
        <Summary step={step} />
      </Tabs.Panel>
      <Tabs.Panel value="values" className="step-tab step-facts">
        <Values title="Inputs" rows={step.inputs.map(({ name, value }) => [name, value ?? ''])} />
        <Values
          title="Outputs"
          rows={[
            ...step.outputs.map(({ name, value }): [string, string] => [name, value ?? '']),
            ...(step.result === null ? [] : [['result', step.result] as [string, string]]),
          ]}
        />
      </Tabs.Panel>
    </Tabs>
  );
}

/** A step of a container set is a container in the pod of another step; a pod with such steps has several logs. */
function StepLog({ run, step, steps }: Pick<Props, 'run' | 'step' | 'steps'>): ReactElement {
  const inPod = steps.filter(({ type, podName }) => type === 'Container' && podName === step.podName);
  const pod = steps.find(({ type, podName }) => type === 'Pod' && podName === step.podName) ?? step;
  const names = step.type === 'Pod' ? inPod.map(({ displayName }) => displayName) : [];
  const [chosen, setChosen] = useState<string>();
  const container = step.type === 'Container' ? step.displayName : (chosen ?? names[0] ?? 'main');
  return (
    <>
      {names.length > 1 && (
        <Select
          size="xs"
          mx="sm"
          mt={6}
          aria-label="Container"
          allowDeselect={false}
          data={names}
          value={container}
          onChange={(name) => setChosen(name ?? undefined)}
        />
      )}
      <LogView
        runId={run.id}
        nodeId={pod.id}
        container={container}
        name={`${run.name}-${step.displayName}`}
        endsOpen={!hasEnded(step.phase) || step.phase === 'FAILED' || step.phase === 'ERROR'}
      />
    </>
  );
}

function Summary({ step }: { step: StepFragment }): ReactElement {
  const now = useNow();
  const facts: readonly (readonly [string, string | null])[] = [
    ['Message', step.message],
    ['Template', step.templateName],
    ['Type', step.type],
    ['Started', step.startedAt && dateTime(step.startedAt)],
    ['Finished', step.finishedAt && dateTime(step.finishedAt)],
    ['Duration', durationOf(step.startedAt, step.finishedAt, now)],
    ['Exit code', step.exitCode === null ? null : String(step.exitCode)],
    ['Pod', step.podName],
    ['Id', step.id],
  ];
  return <Values rows={facts.flatMap(([name, value]) => (value ? [[name, value] as const] : []))} />;
}
