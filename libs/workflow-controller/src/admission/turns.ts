import type { Clock, KubeApi, KubeError } from '@argosy/kube';
import type { LockRef } from '@argosy/workflow-engine';
import type { Workflow } from '@argosy/workflow-spec';
import { ClusterLocks } from '../locks/cluster-locks.js';
import { ConfigMapLimits } from '../locks/config-map-limits.js';
import type { LockDatabase } from '../locks/lock-database.js';
import { Admission } from './admission.js';
import { NamespaceLimits } from './namespace-limits.js';

/** Limits that several workflows share. */
export interface TurnLimits {
  /** Workflows that may run at once; absent or 0: any number. */
  readonly parallelism?: number;
  /** The same within each namespace whose label `parallelism-limit` says nothing else. */
  readonly namespaceParallelism?: number;
  /** For locks that say `database`; without one, they end who asks for them. */
  readonly lockDatabase?: LockDatabase;
}

export interface TurnsOptions extends TurnLimits {
  readonly kube: KubeApi;
  readonly clock: Clock;
  readonly random?: () => number;
  /** The only one; then its label is not looked at, because that takes rights in the whole cluster. */
  readonly namespace?: string;
  /** The run may be able to go on now. */
  readonly wake: (run: string) => void;
  readonly onError: (error: KubeError) => void;
  /** What the run believes to hold belongs to another by now. */
  readonly onLost: (run: string, lock: LockRef) => void;
}

/** What workflows have to wait for each other for: locks, and their turn to run at all. */
export class Turns {
  readonly locks: ClusterLocks;
  readonly admission: Admission;
  private readonly limits: ConfigMapLimits;
  private namespaces: NamespaceLimits | undefined;
  private isStopped = false;

  constructor(private readonly options: TurnsOptions) {
    const { kube, clock, random, wake, onError, lockDatabase } = options;
    const onChange = (namespace: string, name: string): void =>
      this.locks.limitChanged(`${namespace}/ConfigMap/${name}/`);
    this.limits = new ConfigMapLimits({ kube, clock, onChange, onError, ...(random && { random }) });
    this.locks = new ClusterLocks({ configMaps: this.limits, database: lockDatabase, wake });
    this.admission = new Admission(options);
  }

  /** Every workflow has been seen: turns are given from now on. */
  async open(): Promise<void> {
    if (this.options.namespace === undefined && !this.isStopped) {
      const onLimit = this.admission.limitNamespace.bind(this.admission);
      this.namespaces = new NamespaceLimits({ ...this.options, onLimit });
      await this.namespaces.ready;
    }
    if (!this.isStopped)
      this.options.lockDatabase?.open({
        changed: ({ key }) => this.locks.limitChanged(key),
        lost: this.options.onLost,
      });
    this.admission.open();
  }

  seen(run: string, workflow: Workflow): void {
    this.locks.seen(run, workflow);
    this.admission.seen(run, workflow);
  }

  gone(run: string): void {
    this.locks.gone(run);
    this.admission.gone(run);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all([this.limits.stop(), this.namespaces?.stop(), this.options.lockDatabase?.close()]);
  }
}
