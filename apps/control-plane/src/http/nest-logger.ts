import type { Logger } from '@argosy/platform';
import type { LoggerService } from '@nestjs/common';

/** What the framework says, in our log. Its messages of every start are not for operators. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown): void {
    this.logger.trace({ message }, 'Framework');
  }
  warn(message: unknown): void {
    this.logger.warn({ message }, 'Framework');
  }
  error(message: unknown, stack?: unknown): void {
    this.logger.error({ err: message, stack }, 'Framework');
  }
}
