import type { Pod } from '@argosy/workflow-spec';
import { parseQuantity } from './quantity.js';

/** One second of this much counts as one (Argo's units). */
const BASE: Readonly<Record<string, number>> = {
  cpu: 1,
  memory: 100 * 2 ** 20,
  storage: 10 * 2 ** 30,
  'ephemeral-storage': 10 * 2 ** 30,
};
const DEFAULTS: Readonly<Record<string, string>> = { cpu: '100m', memory: '100Mi' };

/** Requested resources (else limits, else 100m CPU and 100Mi memory) times seconds run, summed over the pod's containers. */
export function resourcesDurationOf(pod: Pod): Record<string, number> {
  const total: Record<string, number> = {};
  for (const status of [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]) {
    const { terminated } = status.state ?? {};
    if (!terminated?.startedAt || !terminated.finishedAt) continue;
    const seconds = (Date.parse(terminated.finishedAt) - Date.parse(terminated.startedAt)) / 1000;
    const container = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].find(
      ({ name }) => name === status.name,
    );
    const amounts: Record<string, string> = {
      ...DEFAULTS,
      ...container?.resources?.limits,
      ...container?.resources?.requests,
    };
    for (const [name, amount] of Object.entries(amounts)) {
      const value = (parseQuantity(amount) * seconds) / (BASE[name] ?? 1);
      if (Number.isFinite(value)) total[name] = (total[name] ?? 0) + value;
    }
  }
  return Object.fromEntries(Object.entries(total).map(([name, value]) => [name, Math.floor(value)]));
}
