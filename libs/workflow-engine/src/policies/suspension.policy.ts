import type { RunDraft } from '../kernel/run-draft.js';
import type { AdmissionPolicy } from './policy.js';

export const isSuspended = (run: RunDraft): boolean => run.workflow.spec.suspend === true;

/** `spec.suspend` stops new work; what runs goes on. */
export const suspension: AdmissionPolicy = (run) => !isSuspended(run);
