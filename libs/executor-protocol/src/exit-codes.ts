/** Exit codes the supervisor gives besides the command's own (128 + n for a signal n, as a shell does). */
export const EXIT = {
  /** The supervisor could not start the command; Argo's emissary uses the same. */
  cannotStart: 64,
  /** The command ended well but a declared output could not be collected: the node is an Error. */
  outputMissing: 66,
} as const;
