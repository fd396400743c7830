/** `denied`: with these credentials; others may be better. `passing`: may be over when it is asked again. */
export type RegistryProblemKind = 'denied' | 'passing' | 'final';

/** Why a registry does not tell what an image runs. */
export class RegistryProblem extends Error {
  override readonly name = 'RegistryProblem';
  constructor(
    message: string,
    readonly kind: RegistryProblemKind,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
