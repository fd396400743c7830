import { evaluateWhen } from '@argosy/expressions';

/** Whether a call whose tags are replaced is to be made. @throws when the condition cannot be told */
export const isWanted = (when: string | undefined): boolean => !when || evaluateWhen(when);
