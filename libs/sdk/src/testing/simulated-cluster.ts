import { instant } from '@argosy/workflow-engine';
import type { Instant, MemoEntry } from '@argosy/workflow-engine';
import { ClusterSimulation } from '@argosy/workflow-engine/testing';
import { milliseconds } from './outcome.js';

/** Data of ConfigMaps by name, or by `namespace/name`: for `configMapKeyRef` of parameters and of semaphores. */
export type ConfigMaps = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface ClusterOptions {
  readonly configMaps?: ConfigMaps;
  /** When its time begins. Default 2026-01-01T00:00:00Z. */
  readonly startAt?: string;
}

/**
 * What runs have in common: time, ConfigMaps, locks and memoized outputs. Runs that are started with the same cluster meet
 * in it; a run that is started without one has a cluster to itself.
 */
export class SimulatedCluster {
  /** What runs are made of. Not for tests. */
  readonly simulation: ClusterSimulation;
  private readonly startedAt: Instant;

  constructor({ configMaps = {}, startAt = '2026-01-01T00:00:00Z' }: ClusterOptions = {}) {
    this.startedAt = instant(Date.parse(startAt));
    this.simulation = new ClusterSimulation(this.startedAt);
    for (const [name, data] of Object.entries(configMaps)) this.setConfigMap(name, data);
  }

  /** Until nothing happens any more by itself. */
  finish(): this {
    this.simulation.run();
    return this;
  }
  /** Until a moment, counted from the beginning of its time, for example `5m`. */
  at(moment: string | number): this {
    this.simulation.runTo(instant(this.startedAt + milliseconds(moment)));
    return this;
  }
  /** For a while from now on. */
  after(duration: string | number): this {
    this.simulation.runTo(instant(this.simulation.now + milliseconds(duration)));
    return this;
  }

  /** Makes a ConfigMap, or puts another in its place; semaphores have other limits from now on. */
  setConfigMap(name: string, data: Readonly<Record<string, string>>): this {
    const { configMaps, locks } = this.simulation;
    for (const key of Object.keys(configMaps.get(name) ?? {})) locks.limits.delete(semaphoreOf(name, key));
    configMaps.set(name, { ...data });
    for (const [key, value] of Object.entries(data)) {
      if (/^\d+$/.test(value)) locks.limits.set(semaphoreOf(name, key), Number(value));
    }
    this.simulation.settle();
    return this;
  }

  /** The memoized outputs of a cache by key, as its ConfigMap has them. */
  cache(name: string): Readonly<Record<string, MemoEntry>> {
    const entries = [...this.simulation.memos.entries].filter(([path]) => path.startsWith(`${name}/`));
    return Object.fromEntries(entries.map(([path, entry]) => [path.slice(name.length + 1), entry]));
  }
}

/** Argo's name of the semaphore whose limit is here. */
function semaphoreOf(configMap: string, key: string): string {
  const [name = '', namespace = 'default'] = configMap.split('/').reverse();
  return `${namespace}/ConfigMap/${name}/${key}`;
}
