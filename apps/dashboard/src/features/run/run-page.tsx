import { Alert, Button, Loader, Skeleton, Tabs } from '@mantine/core';
import { lazy, Suspense, useCallback, useState } from 'react';
import type { ReactElement } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import type { RunPageRunFragment, StepFragment } from '../../gql/operations.js';
import { useShortcut } from '../../shell/use-shortcut.js';
import { Events } from './events.js';
import { useLiveRun } from './live-run.js';
import { RunHeader } from './run-header.js';
import { StepList } from './step-list.js';
import { StepPanel } from './step-panel.js';
import { Values } from './values.js';
import { YamlView } from './yaml-view.js';
import './run.css';

const GraphView = lazy(() => import('./graph/graph-view.js').then(({ GraphView: view }) => ({ default: view })));
const TABS = [
  ['graph', 'Graph'],
  ['steps', 'Steps'],
  ['timeline', 'Timeline'],
  ['values', 'Parameters'],
  ['events', 'Events'],
  ['yaml', 'YAML'],
] as const;

export function RunPage(): ReactElement {
  const { id = '' } = useParams();
  const { run, steps, error } = useLiveRun(id);
  if (run) return <Run run={run} steps={steps} error={error} />;
  if (error)
    return (
      <Alert color="red" title="The run could not be read" role="alert">
        {error}
      </Alert>
    );
  if (run === null)
    return (
      <div className="card empty">
        <strong>There is no such run</strong>
        <span>It may have been deleted, or you may not see it.</span>
        <Button component={Link} to="/" variant="light" mt="sm">
          All runs
        </Button>
      </div>
    );
  return (
    <div className="run-page" aria-busy="true" role="status" aria-label="Loading the run">
      <Skeleton h={34} w={360} />
      <Skeleton h={40} w={620} maw="100%" />
      <Skeleton style={{ flex: 1 }} />
    </div>
  );
}

interface RunProps {
  readonly run: RunPageRunFragment;
  readonly steps: readonly StepFragment[];
}

function Run({ run, steps, error }: RunProps & { error: string | undefined }): ReactElement {
  const [parameters, setParameters] = useSearchParams();
  const [isWide, setIsWide] = useState(false);
  const tab = parameters.get('tab') ?? 'graph';
  const stepId = parameters.get('step');
  const step = steps.find((candidate) => candidate.id === stepId);
  const select = useCallback(
    (nodeId: string | null): void =>
      setParameters(
        (now) => {
          const next = new URLSearchParams(now);
          if (now.get('step') !== nodeId) next.delete('line');
          if (nodeId === null) next.delete('step');
          else next.set('step', nodeId);
          return next;
        },
        { replace: true },
      ),
    [setParameters],
  );
  const choose = (value: string | null): void =>
    setParameters(
      (now) => {
        const next = new URLSearchParams(now);
        next.set('tab', value ?? 'graph');
        return next;
      },
      { replace: true },
    );
  useShortcut('Escape', () => select(null));
  return (
    <div className="run-page">
      <RunHeader run={run} steps={steps} onSelect={select} />
      {error && (
        <Alert color="yellow" role="status">
          The run could not be read again just now: {error}
        </Alert>
      )}
      <Tabs value={tab} onChange={choose} className="run-tabs">
        <Tabs.List>
          {TABS.map(([value, title]) => (
            <Tabs.Tab key={value} value={value}>
              {title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <div className="run-body" data-panel={step ? (isWide ? 'wide' : 'open') : undefined}>
          <Tabs.Panel value={tab} className="card run-view">
            <RunView tab={tab} run={run} steps={steps} selected={stepId} onSelect={select} />
          </Tabs.Panel>
          {step && (
            <div className="card run-panel">
              <StepPanel
                key={step.id}
                run={run}
                step={step}
                steps={steps}
                isWide={isWide}
                onWiden={() => setIsWide(!isWide)}
                onClose={() => select(null)}
              />
            </div>
          )}
        </div>
      </Tabs>
    </div>
  );
}

interface ViewProps extends RunProps {
  readonly tab: string;
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
}

function RunView({ tab, run, steps, selected, onSelect }: ViewProps): ReactElement {
  switch (tab) {
    case 'steps':
      return <StepList shows="messages" steps={steps} selected={selected} onSelect={onSelect} />;
    case 'timeline':
      return <StepList shows="times" steps={steps} selected={selected} onSelect={onSelect} />;
    case 'values':
      return (
        <div className="step-facts">
          <Values title="Parameters" rows={run.parameters.map(({ name, value }) => [name, value ?? ''])} />
          <Values title="Outputs" rows={run.outputs.map(({ name, value }) => [name, value ?? ''])} />
        </div>
      );
    case 'events':
      return <Events run={run} steps={steps} onSelect={onSelect} />;
    case 'yaml':
      return <YamlView yaml={run.yaml} />;
    default:
      return (
        <Suspense
          fallback={
            <div className="empty">
              <Loader aria-label="Loading the graph" />
            </div>
          }
        >
          <GraphView steps={steps} selected={selected} onSelect={onSelect} />
        </Suspense>
      );
  }
}
