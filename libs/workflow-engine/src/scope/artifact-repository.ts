import {
  isCompleteLocation,
  isPodTemplate,
  relocated,
  repositoryLocation,
  templateKindOf,
} from '@argosy/workflow-spec';
import type { Artifact, ArtifactRepository, Template } from '@argosy/workflow-spec';
import type { RunDraft } from '../kernel/run-draft.js';

const DEFAULT_MAP = 'artifact-repositories';

/** Argo's record of where a run's artifacts go. */
interface RecordedRepository {
  readonly artifactRepository?: ArtifactRepository;
}

/**
 * Records the repository that the run's artifacts go to: one that the run's namespace has, or the controller's own, or
 * its default. It stays the same for the run's whole life. @throws when the one that is named is not there
 */
export function recordRepository(run: RunDraft): void {
  const { artifactRepositoryRef: ref } = run.spec;
  const configMap = ref?.configMap || DEFAULT_MAP;
  for (const owner of ref ? (['run', 'controller'] as const) : (['run'] as const)) {
    const map = run.world.artifactRepositories?.(owner, configMap);
    if (!map) continue;
    const key = ref?.key || (map.defaultKey ?? '');
    const artifactRepository = map.repository(key);
    const place = `${map.namespace}/${configMap}#${key}`;
    if (!artifactRepository) throw new Error(`config map missing key "${key}" for artifact repository ref "${place}"`);
    return record(run, { configMap, key, namespace: map.namespace, artifactRepository });
  }
  if (ref) throw new Error(`failed to find artifact repository ref "${configMap}#${ref.key ?? ''}"`);
  const artifactRepository = run.scope.rules?.artifactRepository;
  if (artifactRepository) record(run, { default: true, artifactRepository });
}

function record(run: RunDraft, artifactRepositoryRef: RecordedRepository & Record<string, unknown>): void {
  run.status = { ...run.status, artifactRepositoryRef };
}

/**
 * A template that runs in a pod, with what the repository knows of its artifacts: where those are of which only the key
 * is said, and where those go of which nothing is. Tags of the key are still to be replaced.
 */
export function withRepository(run: RunDraft, template: Template): Template {
  const repository = (run.status.artifactRepositoryRef as RecordedRepository | undefined)?.artifactRepository;
  const kind = templateKindOf(template);
  if (!repository || !kind || !isPodTemplate(kind)) return template;
  const own = template.archiveLocation;
  const base = own && isCompleteLocation(own) ? own : repositoryLocation(repository);
  if (!base) return template;
  const isOpen = (artifact: Artifact): boolean => !isCompleteLocation(artifact);
  const archiveLogs = repository.archiveLogs === true || (own?.archiveLogs ?? run.spec.archiveLogs ?? false);
  const { inputs, outputs } = template;
  const isNeeded = archiveLogs || [...(inputs?.artifacts ?? []), ...(outputs?.artifacts ?? [])].some(isOpen);
  if (!isNeeded) return template;
  const placed = (artifact: Artifact): Artifact => relocated(artifact, base);
  return {
    ...template,
    ...(inputs?.artifacts && { inputs: { ...inputs, artifacts: inputs.artifacts.map(placed) } }),
    ...(outputs?.artifacts && { outputs: { ...outputs, artifacts: outputs.artifacts.map(placed) } }),
    archiveLocation: base === own ? own : { ...base, archiveLogs },
  };
}
