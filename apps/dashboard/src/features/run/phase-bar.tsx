import type { ReactElement } from 'react';
import type { NodePhase } from '../../gql/operations.js';
import { phaseColor, phaseWord } from '../../shell/phase.js';

/** Good first, trouble last: the eye ends where it has to. */
const ORDER: readonly NodePhase[] = ['SUCCEEDED', 'SKIPPED', 'OMITTED', 'RUNNING', 'PENDING', 'FAILED', 'ERROR'];

/** `98 succeeded, 2 failed` */
export const phaseCounts = (inside: ReadonlyMap<NodePhase, number>): string =>
  ORDER.flatMap((phase) => {
    const count = inside.get(phase);
    return count ? [`${count.toLocaleString()} ${phaseWord(phase).toLowerCase()}`] : [];
  }).join(', ');

export function PhaseBar({ inside }: { inside: ReadonlyMap<NodePhase, number> }): ReactElement {
  return (
    <div className="phase-bar" role="img" aria-label={phaseCounts(inside)}>
      {ORDER.map((phase) => {
        const count = inside.get(phase);
        return count ? (
          <span key={phase} style={{ flexGrow: count, minWidth: 3, background: phaseColor(phase) }} />
        ) : null;
      })}
    </div>
  );
}
