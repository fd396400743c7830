import { Anchor } from '@mantine/core';
import { useMemo } from 'react';
import type { ReactElement } from 'react';
import type { RunPageRunFragment, StepFragment } from '../../gql/operations.js';
import { dateTime } from '../../shell/format.js';

/** What happened, oldest first, with the way to the step that it happened to. */
export function Events({
  run,
  steps,
  onSelect,
}: {
  run: RunPageRunFragment;
  steps: readonly StepFragment[];
  onSelect: (id: string) => void;
}): ReactElement {
  const names = useMemo(() => new Map(steps.map(({ id, displayName }) => [id, displayName])), [steps]);
  if (run.events.nodes.length === 0) return <div className="empty">Nothing has happened yet.</div>;
  return (
    <table className="events">
      <thead>
        <tr>
          <th>At</th>
          <th>Event</th>
          <th>Step</th>
          <th>Message</th>
        </tr>
      </thead>
      <tbody>
        {run.events.nodes.map(({ id, at, reason, message, nodeId }) => (
          <tr key={id}>
            <td title={at}>{dateTime(at)}</td>
            <td>{reason}</td>
            <td>
              {nodeId && names.has(nodeId) && (
                <Anchor component="button" fz="inherit" onClick={() => onSelect(nodeId)}>
                  {names.get(nodeId)}
                </Anchor>
              )}
            </td>
            <td>{message}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
