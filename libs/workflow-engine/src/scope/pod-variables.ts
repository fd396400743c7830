import type { RunDraft } from '../kernel/run-draft.js';
import type { CallSite } from '../model/frame.js';
import { podNameOf } from '../model/ids.js';
import { podNameFormat } from './global-variables.js';

export const templateNameOf = ({ call }: Pick<CallSite, 'call'>): string | undefined =>
  call.template ?? call.templateRef?.template;

/** What only the pod of a call has; of a retried call each attempt has its own. */
export const podVariables = (run: RunDraft, site: Pick<CallSite, 'nodeName' | 'call'>) => ({
  'pod.name': podNameOf(podNameFormat(run), run.name, site.nodeName, templateNameOf(site)),
  'node.name': site.nodeName,
});
