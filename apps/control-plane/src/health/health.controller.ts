import { Controller, Get, Res } from '@nestjs/common';
import { HealthRegistry, Metrics } from '@argosy/platform';
import type { Response } from 'express';

@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthRegistry,
    private readonly metrics: Metrics,
  ) {}

  /** The process lives. */
  @Get('healthz')
  healthz(): { status: string } {
    return { status: 'ok' };
  }

  /** It can do its work; 503 and what is wrong when it cannot. */
  @Get('readyz')
  async readyz(@Res() response: Response): Promise<void> {
    const { healthy, parts } = await this.health.report();
    response.status(healthy ? 200 : 503).json({ status: healthy ? 'ok' : 'unavailable', parts });
  }

  @Get('metrics')
  async scrape(@Res() response: Response): Promise<void> {
    response.type(this.metrics.registry.contentType).send(await this.metrics.registry.metrics());
  }
}
