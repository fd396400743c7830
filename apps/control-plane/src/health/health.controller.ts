import { Controller, Get, Header, ServiceUnavailableException } from '@nestjs/common';
import { register } from 'prom-client';
import { Database } from '../persistence/database.js';

@Controller()
export class HealthController {
  constructor(private readonly database: Database) {}

  /** The process lives. */
  @Get('healthz')
  healthz(): { status: string } {
    return { status: 'ok' };
  }

  /** It can do its work: the database answers. */
  @Get('readyz')
  async readyz(): Promise<{ status: string }> {
    if (await this.database.isAlive()) return { status: 'ok' };
    throw new ServiceUnavailableException('The database does not answer.');
  }

  @Get('metrics')
  @Header('content-type', register.contentType)
  metrics(): Promise<string> {
    return register.metrics();
  }
}
