/** The pod cannot be planned, and never will be: the node becomes an Error with this message. */
export class PodPlanError extends Error {
  override readonly name = 'PodPlanError';
}
