import { driversOf, hasSource } from '../artifact-source.js';
import type { Artifact, ArtifactLocation, HDFSArtifact } from '../model/artifact.js';
import type { Path } from '../problem.js';
import { isGroupTemplate } from '../template-kind.js';
import type { TemplateKind } from '../template-kind.js';
import { hasTag } from './context.js';
import type { ValidationContext } from './context.js';
import { checkExpression } from './expression.rule.js';
import { checkGlobalName } from './names.rule.js';

type Report = ValidationContext['report'];

/** An artifact that a template takes or gives. */
export function checkArtifact(
  context: ValidationContext,
  path: Path,
  artifact: Artifact,
  side: 'inputs' | 'outputs',
  kind: TemplateKind | undefined,
): void {
  const { report } = context;
  checkLocation(report, path, artifact);
  checkOneSource(report, path, artifact);
  if (artifact.fromExpression !== undefined)
    checkExpression(context, [...path, 'fromExpression'], artifact.fromExpression);
  if (side === 'inputs' && artifact.from !== undefined)
    report.add([...path, 'from'], 'placement', 'an input artifact does not say what it comes from', {
      part: 'key',
      hint: 'write it into the arguments of the step or task that calls this template',
    });
  if (side === 'outputs') checkGlobalName(context, [...path, 'globalName'], artifact.globalName);
  if (kind) checkPlace(report, path, artifact, side, kind);
  const { mode } = artifact;
  if (mode !== undefined && (mode < 0 || mode > 0o777))
    report.add([...path, 'mode'], 'range', 'mode must be between 0 and 0777');
}

/** What an artifact is made of, said in one way. */
export function checkOneSource(report: Report, path: Path, { from, fromExpression }: Artifact): void {
  if (from === undefined || fromExpression === undefined) return;
  report.add([...path, 'fromExpression'], 'exclusive', 'only one of from and fromExpression can be given', {
    part: 'key',
  });
}

function checkPlace(report: Report, path: Path, artifact: Artifact, side: string, kind: TemplateKind): void {
  const { name, path: place } = artifact;
  if (hasFiles(kind)) {
    if (!place) report.missing(path, `artifact "${name}" of a ${kind} template needs a path`);
    else if (leavesItsFolder(place))
      report.add([...path, 'path'], 'path', `"${place}" leaves its folder`, { hint: 'write the path without ".."' });
    return;
  }
  if (place)
    report.add([...path, 'path'], 'placement', `an artifact of a ${kind} template has no path`, {
      part: 'key',
      hint: 'it belongs to the template that runs in a pod',
    });
  if (isGroupTemplate(kind) && side === 'outputs' && !hasSource(artifact))
    report.missing(path, `output artifact "${name}" of a ${kind} template needs from or fromExpression`);
}

/** Everything but what only calls others or waits: also what reads files elsewhere, such as a plugin. */
const hasFiles = (kind: TemplateKind): boolean => !isGroupTemplate(kind) && kind !== 'suspend';

/** Whether a `..` leads out of what is before it, and not back into it: what follows it may come from a parameter. */
function leavesItsFolder(path: string): boolean {
  const segments = path.split('/');
  const first = segments.indexOf('..', 1);
  if (first < 0) return false;
  const kept: string[] = [];
  for (const segment of segments)
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  const folder = segments.slice(0, first).filter((segment) => segment !== '' && segment !== '.');
  return kept.length <= folder.length || folder.some((segment, index) => kept[index] !== segment);
}

/** Where an artifact lies: in one store, with what that store needs. */
export function checkLocation(report: Report, path: Path, location: ArtifactLocation): void {
  const drivers = driversOf(location);
  if (drivers.length > 1) {
    const message = `an artifact has one location, this one has ${drivers.join(' and ')}`;
    report.add([...path, drivers[1] ?? ''], 'exclusive', message, { part: 'key' });
  }
  if (location.git && !location.git.repo) report.missing([...path, 'git'], 'the git artifact has no repo');
  if (location.hdfs) checkHdfs(report, [...path, 'hdfs'], location.hdfs);
}

function checkHdfs(report: Report, path: Path, hdfs: HDFSArtifact): void {
  if (!hdfs.addresses?.length) report.missing(path, 'the HDFS artifact has no addresses');
  if (hdfs.path && !hdfs.path.startsWith('/') && !hasTag(hdfs.path))
    report.add([...path, 'path'], 'path', `"${hdfs.path}" must be an absolute path`, { hint: 'begin it with "/"' });
  const { hdfsUser, krbCCacheSecret, krbKeytabSecret } = hdfs;
  if (!hdfsUser && !krbCCacheSecret && !krbKeytabSecret)
    report.missing(path, 'the HDFS artifact needs hdfsUser, krbCCacheSecret or krbKeytabSecret');
  if (!krbCCacheSecret && !krbKeytabSecret) return;
  const needed = ['krbServicePrincipalName', 'krbConfigConfigMap', 'krbUsername', 'krbRealm'] as const;
  for (const field of needed)
    if (hdfs[field] === undefined && (field !== 'krbRealm' || krbKeytabSecret))
      report.missing(path, `the HDFS artifact needs ${field} for Kerberos`);
}
