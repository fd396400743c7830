import type { ClaimRefusal } from '@argosy/workflow-engine';

/** Volume claims that the API refused, by run. Lost with the process, which costs one more refusal. */
export class RefusedClaims {
  private readonly refused = new Map<string, Map<string, ClaimRefusal>>();

  add(runKey: string, claim: string, refusal: ClaimRefusal): void {
    const ofRun = this.refused.get(runKey) ?? new Map<string, ClaimRefusal>();
    this.refused.set(runKey, ofRun.set(claim, refusal));
  }

  get(runKey: string, claim: string): ClaimRefusal | undefined {
    return this.refused.get(runKey)?.get(claim);
  }

  forgetRun(runKey: string): void {
    this.refused.delete(runKey);
  }
}
