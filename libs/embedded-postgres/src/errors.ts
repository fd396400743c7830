import { AppError } from '@argosy/platform';

export type EmbeddedPostgresFailure =
  'UNWRITABLE' | 'NOT_A_DATABASE' | 'UNSUPPORTED' | 'PORT_IN_USE' | 'IN_USE' | 'BROKEN';

/** Why there is no database; the message is for the person who started the program. */
export class EmbeddedPostgresError extends AppError<EmbeddedPostgresFailure> {
  override readonly name = 'EmbeddedPostgresError';
}
