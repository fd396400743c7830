import { AppError } from '@argosy/platform';

export type AuthenticationFailure = 'UNAUTHENTICATED' | 'TOKEN_EXPIRED';

/** The credentials that came along do not hold. The caller is told. */
export class AuthenticationError extends AppError<AuthenticationFailure> {
  override readonly name = 'AuthenticationError';
  constructor(code: AuthenticationFailure, message: string) {
    super(code, message, { level: 'warn' });
  }
}
