type Failure = Partial<Pick<AggregateError, 'cause' | 'errors' | 'message' | 'name'>>;

/** What is at the bottom of a failure: the layers above only say that there was one. */
export const causeOf = (error: Failure): Failure => (error.cause ? causeOf(error.cause) : error);

/** A host of several addresses fails with each of them. */
export function reasonOf(error: Failure): string {
  const { errors, message = '' } = causeOf(error);
  return errors ? errors.map(reasonOf).join('; ') : message;
}
