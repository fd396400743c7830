import type { NodeStatus, Template } from '@argosy/workflow-spec';
import type { CallSite } from '../model/frame.js';
import type { RunDraft } from './run-draft.js';

type Description = Pick<
  NodeStatus,
  'name' | 'displayName' | 'templateName' | 'templateRef' | 'templateScope' | 'boundaryID' | 'nodeFlag'
>;

/** An annotation of a template, tags and all: what its nodes are called where people see them. */
const DISPLAY_NAME = 'workflows.argoproj.io/display-name';

/** The part of a new node that says where it stands and whose template it runs. */
export function describeNode(run: RunDraft, site: CallSite, template?: Template): Description {
  const description: Description = {
    name: site.nodeName,
    displayName: givenName(site, template) || displayNameOf(run, site),
    templateScope: site.templateScope,
  };
  if (site.call.template) description.templateName = site.call.template;
  if (site.call.templateRef) description.templateRef = site.call.templateRef;
  if (site.boundary) description.boundaryID = site.boundary;
  if (site.hooked) description.nodeFlag = { hooked: true };
  if (site.attempt) description.nodeFlag = { ...description.nodeFlag, retried: true };
  return description;
}

/** Attempts are told apart by their numbers: only what stands for all of them has the name. */
const givenName = (site: CallSite, template: Template | undefined): string | undefined =>
  site.attempt ? undefined : template?.annotations?.[DISPLAY_NAME];

/** The name without the boundary's and without the step group's index. */
function displayNameOf(run: RunDraft, site: CallSite): string {
  const boundary = site.boundary ? run.node(site.boundary)?.name : undefined;
  if (boundary === undefined || !site.nodeName.startsWith(boundary)) return site.nodeName;
  const rest = site.nodeName.slice(boundary.length);
  return /^\[\d+\]$/.test(rest) ? rest : rest.replace(/^(\[\d+\])?\./, '');
}
