import type { RunDraft } from '../kernel/run-draft.js';
import type { CallSite } from '../model/frame.js';

/** Whether a new node may be made for the call now. */
export type AdmissionPolicy = (run: RunDraft, site: CallSite) => boolean;
/** Why a pod must not start any more; null when it may. */
export type RefusalPolicy = (run: RunDraft, site: CallSite) => string | null;
