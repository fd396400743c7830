import type { NodeStatus } from '@argosy/workflow-spec';
import type { CallSite } from '../model/frame.js';
import type { RunDraft } from './run-draft.js';

type Description = Pick<
  NodeStatus,
  'name' | 'displayName' | 'templateName' | 'templateRef' | 'templateScope' | 'boundaryID' | 'nodeFlag'
>;

/** The part of a new node that says where it stands and whose template it runs. */
export function describeNode(run: RunDraft, site: CallSite): Description {
  const description: Description = {
    name: site.nodeName,
    displayName: displayNameOf(run, site),
    templateScope: site.templateScope,
  };
  if (site.call.template) description.templateName = site.call.template;
  if (site.call.templateRef) description.templateRef = site.call.templateRef;
  if (site.boundary) description.boundaryID = site.boundary;
  if (site.hooked) description.nodeFlag = { hooked: true };
  if (site.attempt) description.nodeFlag = { ...description.nodeFlag, retried: true };
  return description;
}

/** The name without the boundary's and without the step group's index. */
function displayNameOf(run: RunDraft, site: CallSite): string {
  const boundary = site.boundary ? run.node(site.boundary)?.name : undefined;
  if (boundary === undefined || !site.nodeName.startsWith(boundary)) return site.nodeName;
  const rest = site.nodeName.slice(boundary.length);
  return /^\[\d+\]$/.test(rest) ? rest : rest.replace(/^(\[\d+\])?\./, '');
}
