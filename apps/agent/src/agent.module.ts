import { Inject, Injectable, Module } from '@nestjs/common';
import type { BeforeApplicationShutdown, DynamicModule, OnApplicationBootstrap } from '@nestjs/common';
import { Agent } from './agent.js';
import type { AgentOptions } from './agent.js';
import { startHealthServer } from './health/health-server.js';
import type { HealthServer } from './health/health-server.js';

const OPTIONS = Symbol('AgentOptions');

/** Starts the agent with the application and ends it with the application. */
@Injectable()
class AgentLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private health: HealthServer | undefined;

  constructor(
    private readonly agent: Agent,
    @Inject(OPTIONS) private readonly options: AgentOptions,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { ARGOSY_HEALTH_PORT: port } = this.options.config;
    if (port !== undefined)
      this.health = await startHealthServer(port, () => this.agent.health(), this.agent.userMetrics.registry);
    await this.agent.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.agent.stop();
    await this.health?.close();
  }
}

@Module({})
export class AgentModule {
  static of(options: AgentOptions): DynamicModule {
    return {
      module: AgentModule,
      providers: [
        { provide: OPTIONS, useValue: options },
        { provide: Agent, useFactory: () => new Agent(options) },
        AgentLifecycle,
      ],
      exports: [Agent],
    };
  }
}
