import type { CronCommand, CronCommandType } from '@argosy/cron';
import type { Informer, KubeApi } from '@argosy/kube';
import { isKubeError, resources } from '@argosy/kube';
import type { CronWorkflow, Workflow } from '@argosy/workflow-spec';
import { isQuota } from '../effects/ensure-pod.effect.js';
import { ownerOf } from './cron-owner.js';

export interface CronEffectContext {
  readonly kube: KubeApi;
  readonly cron: CronWorkflow;
  readonly workflows: Pick<Informer<Workflow>, 'observe'>;
  /** Ends a run at once; one that has ended or is gone is success. */
  readonly terminate: (namespace: string, name: string) => Promise<void>;
  /** Has a run deleted once nobody needs it any more. */
  readonly retire: (namespace: string, name: string, uid: string) => void;
  /** The API will not have this workflow, now or later. */
  readonly refuse: (name: string, message: string) => void;
}
type CronEffect<T extends CronCommandType> = (
  command: Extract<CronCommand, { type: T }>,
  context: CronEffectContext,
) => Promise<void>;

/** One effect for each command; a missing one does not compile. */
const EFFECTS: { readonly [T in CronCommandType]: CronEffect<T> } = {
  StartWorkflow: startWorkflow,
  TerminateWorkflow: ({ name }, { cron, terminate }) => terminate(cron.metadata.namespace ?? '', name),
  DeleteWorkflow: async ({ name, uid }, { cron, retire }) => retire(cron.metadata.namespace ?? '', name, uid),
};

/** In order; throws at the first that fails, because what comes after it has to wait for it. */
export async function carryOutCron(commands: readonly CronCommand[], context: CronEffectContext): Promise<void> {
  for (const command of commands) await (EFFECTS[command.type] as CronEffect<CronCommandType>)(command, context);
}

async function startWorkflow(
  { name, workflow }: Extract<CronCommand, { type: 'StartWorkflow' }>,
  { kube, cron, workflows, refuse }: CronEffectContext,
): Promise<void> {
  try {
    workflows.observe(await kube.create<Workflow>(resources.workflows, workflow));
  } catch (error) {
    if (isKubeError(error, 'AlreadyExists')) {
      const present = await kube.get<Workflow>({
        type: resources.workflows,
        namespace: cron.metadata.namespace,
        name,
      });
      if (ownerOf(present)?.uid === cron.metadata.uid) return workflows.observe(present);
      return refuse(name, `workflow ${name} exists already and does not belong to this CronWorkflow`);
    }
    if (!isKubeError(error, 'Invalid', 'BadRequest', 'Forbidden') || isQuota(error)) throw error;
    refuse(name, error.message);
  }
}
