import { EXIT, parseTerminationReport } from '@argosy/executor-protocol';
import { instant } from '@argosy/workflow-engine';
import type { ContainerObservation } from '@argosy/workflow-engine';
import type { Container, Pod } from '@argosy/workflow-spec';
import { isSupervised } from '../plan/supervised-container.js';

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

/** The programs of the step in the order of the template, each with its status when there is one. */
export function programsIn({ spec, status }: Pod): { container: Container; status: ContainerStatus | undefined }[] {
  return (spec?.containers ?? []).filter(isSupervised).map((container) => ({
    container,
    status: status?.containerStatuses?.find(({ name }) => name === container.name),
  }));
}

/** Each program of the step, in Argo's words. */
export function observeContainers(pod: Pod): ContainerObservation[] {
  return programsIn(pod).map(({ container: { name }, status }) => {
    const { terminated, running } = status?.state ?? {};
    if (terminated) {
      const finishedAt = terminated.finishedAt ? instant(Date.parse(terminated.finishedAt)) : null;
      const { exitCode } = terminated;
      if (exitCode === 0) return { name, phase: 'Succeeded', message: '', finishedAt };
      const report = parseTerminationReport(terminated.message);
      const told = report ? report.error : terminated.message?.trim();
      const why = `${name}: ${terminated.reason || 'Error'} (exit code ${exitCode})`;
      const isPlatform = exitCode === EXIT.cannotStart || exitCode === EXIT.outputMissing;
      return { name, phase: isPlatform ? 'Error' : 'Failed', message: told ? `${why}: ${told}` : why, finishedAt };
    }
    if (pod.status?.phase === 'Failed')
      return { name, phase: 'Failed', message: 'Pod Failed whilst container running', finishedAt: null };
    return { name, phase: running ? 'Running' : 'Pending', message: '', finishedAt: null };
  });
}
